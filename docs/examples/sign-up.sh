#!/bin/sh
# Signs the first fifty of a programme's staff up to an occasion, and prints who got what. Run it again for the same
# occasion, and nothing is done twice. It needs curl and jq.
#
# The token is of someone who may sign all of them up, such as the project office:
#
#   TOKEN=$(kompobib token create --email office@example.org) docs/examples/sign-up.sh http://127.0.0.1:8080 kompobib2020 [OCCASION]
set -eu
api=$1/api/v1 programme=$2

ask() { curl --silent --show-error --fail-with-body --retry 5 --header "Authorization: Bearer $TOKEN" --header 'Accept-Language: en' "$@"; }

# Unless told, the first occasion where nobody has a seat yet. Lists come in parts; see next and cursor.
occasion=${3:-$(ask "$api/programmes/$programme/occasions?limit=500" |
	jq --raw-output --exit-status '[.items[] | select(.openness == "open" and .seated == 0)][0].id') || { echo "There is no open occasion where nobody has a seat yet. Name one as the third argument." >&2; exit 1; }}
echo "To occasion $occasion" >&2

people=$(ask "$api/programmes/$programme/people?limit=50") || { echo "$people" | jq --raw-output .detail >&2; exit 1; }
echo "$people" | jq --raw-output '.items[].id' | while read -r person; do
	ask --json "{\"person\": \"$person\"}" --header "Idempotency-Key: $occasion/$person" "$api/occasions/$occasion/signups" |
		jq --raw-output '"\(.person) \(.state // .detail) \(.position // "")"'
done
