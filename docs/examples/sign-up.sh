#!/bin/sh
# Signs the first fifty of a programme's staff up to an occasion, and prints who got what. Run it again for the same
# occasion, and nothing is done twice. It ends with 1 if anybody was not signed up, and at once where the occasion is not there. It needs curl (7.76 or later) and jq.
#
# The token is of someone who may sign all of them up, such as the project office:
#
#   TOKEN=$(bin/kompobib token create --email office@example.org) docs/examples/sign-up.sh http://127.0.0.1:8080 kompobib2020 [OCCASION]
set -eu
if [ $# -lt 2 ] || [ $# -gt 3 ] || [ -z "${TOKEN:-}" ]; then
	echo "Usage: TOKEN=... $0 ADDRESS PROGRAMME [OCCASION], such as $0 http://127.0.0.1:8080 kompobib2020" >&2
	exit 2
fi
api=$1/api/v1 programme=$2 occasion=${3:-}

# ask prints the answer, also that something is wrong, and then fails. curl says nothing itself: what is wrong is told in the answer's words.
ask() { curl --silent --fail-with-body --retry 5 --header "Authorization: Bearer $TOKEN" --header 'Accept-Language: en' "$@"; }

# of prints a part of an answer. If curl has tried several times, all that it was answered is there, the last of it last.
of() { printf %s "$1" | jq --slurp --raw-output --arg person "${person:-}" ".[-1] | $2" 2>/dev/null; }

# refuse ends with what an answer says is wrong.
refuse() {
	said=$(of "$1" '.detail // empty') || said=
	echo "${said:-"There is no interface that answers at $api."}" >&2
	exit 1
}

# Unless told, the first occasion where nobody has a seat yet. Lists come in parts; see next and cursor.
if [ -z "$occasion" ]; then
	occasions=$(ask "$api/programmes/$programme/occasions?limit=500") || refuse "$occasions"
	occasion=$(of "$occasions" '[.items[] | select(.openness == "open" and .seated == 0)][0].id // ""') || refuse "$occasions"
fi
if [ -z "$occasion" ]; then
	echo "There is no open occasion where nobody has a seat yet. Name one as the third argument." >&2
	exit 1
fi
echo "To occasion $occasion" >&2

people=$(ask "$api/programmes/$programme/people?limit=50") || refuse "$people"
persons=$(of "$people" '.items[].id') || refuse "$people"
asked=0 refused=0
for person in $persons; do
	asked=$((asked + 1))
	answer=$(ask --header 'Content-Type: application/json' --data "{\"person\": \"$person\"}" --header "Idempotency-Key: $occasion/$person" "$api/occasions/$occasion/signups") || {
		refused=$((refused + 1))
		case $(of "$answer" .status) in
		404) # it would be the same for everyone
			echo "Occasion $occasion: $(of "$answer" .detail)" >&2
			exit 1
			;;
		[1-9]*) ;;
		*)
			echo "No answer of the interface. Nobody more is signed up." >&2
			exit 1
			;;
		esac
	}
	of "$answer" '[$person, .state // .detail, .position // empty | tostring] | join(" ")'
done
if [ $refused -gt 0 ]; then
	echo "$refused of $asked were not signed up" >&2
	exit 1
fi
