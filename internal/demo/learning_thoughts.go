package demo

// A thought is what one person writes in a logbook: what they took with them, what they want to try and what users will notice.
type thought struct{ theme, take, try, users string }

// A theme is what people write about one thing. What one of them took with them is one of the first sentences and one of the next: no two say the same.
type theme struct {
	name  string
	first [7]string
	next  [7]string
	try   [5]string
	users [4]string // "" for who leaves it
}

var themes = []theme{
	{"Bemötande",
		[7]string{"Ett leende och en öppen fråga räcker långt.", "Jag upptäckte hur mycket våra skyltar förbjuder.", "Den som är arg är ofta mest rädd för att göra fel.", "Att titta upp från skärmen är halva jobbet.",
			"Det märks på mig när jag har bråttom, mer än jag trodde.", "En blick i dörren avgör om någon kommer in.", "Vi säger nej på många sätt utan att höra det själva."},
		[7]string{"Jag bemöter folk mer vaket sedan dess.", "Det låter enkelt, men jag har fått öva.", "Nu väntar jag två sekunder längre innan jag svarar.", "Min kollega såg skillnaden innan jag gjorde det.",
			"Disken är inte längre det första jag går till på morgonen.", "Det har gjort dagarna roligare, faktiskt.", "Jag tänker på det varje gång telefonen ringer mitt i ett samtal."},
		[5]string{"Gå ut på golvet i stället för att vänta bakom disken.", "Räkna alla skyltar med ordet inte och ta bort hälften.", "Fråga: hittade du det du ville ha?", "Hälsa på alla den första timmen och se vad som händer.", "Låta en kollega stå bredvid och säga vad hon ser."},
		[4]string{"Att någon frågar hur det går, innan de själva måste leta upp oss.", "Ett vänligare rum.", "Att man inte behöver veta vad det heter för att få hjälp.", ""}},
	{"Nya medier",
		[7]string{"Jag vågar visa hur man lånar en e-bok nu.", "Spel är också berättelser. Det hade jag avfärdat.", "Läsplattan är lättare att förstå när man får ha den i knät.", "Ungdomarna kan mindre om tekniken än vi tror, och mer än vi.",
			"Det går att säga: det vet jag inte, vi tar reda på det.", "Jag förstår äntligen varför vissa e-böcker inte går att låna.", "Att följa ett bibliotek på nätet är att se hur andra tänker."},
		[7]string{"Det gör inget att tekniken krånglar ibland.", "I veckan hjälpte jag tre personer i rad.", "Barnbarnet hemma blev imponerat.", "Jag önskar att jag hade fått prova för flera år sedan.",
			"Det svåraste var att erkänna att jag inte kunde.", "Två timmar i lugn och ro var det som behövdes.", "Nu är det jag som får visa de andra."},
		[5]string{"Ha en läsplatta framme som alla får prova.", "Låta ungdomarna välja vilka spel vi köper.", "Skriva ner de tio vanligaste frågorna om e-böcker, med svar.", "Boka en halvtimme i veckan för att prova något nytt.", "Visa en tjänst i taget på personalens möte."},
		[4]string{"Att det går att få hjälp med sin egen surfplatta.", "Att deras intressen tas på allvar.", "Samma svar, vem av oss man än frågar.", "Att vi också lär oss."}},
	{"Samarbete",
		[7]string{"De andra biblioteken i länet brottas med samma saker.", "Skolan ville samma sak som vi, men ingen hade frågat.", "Vi har två av allt, en kommun bort.", "Kulturskolan har lokaler när vi har publik, och tvärtom.",
			"En timme vid samma bord gav mer än ett års mejl.", "Jag kan ringa någon nu, i stället för att fundera själv.", "Studieförbunden söker det vi har, och vi det de har."},
		[7]string{"Vi behöver inte uppfinna allt själva.", "Tillsammans vågar vi mer.", "Det kostar mindre än vi trodde.", "Nu har vi en lista på vem som kan vad.",
			"Det tog emot att visa upp det halvfärdiga, men det var det som gav mest.", "Grannen hade redan gjort det, och sa vad som inte gick.", "Det är lättare att få ja av chefen när man är två."},
		[5]string{"Ringa grannkommunen och planera höstens program ihop.", "Bjuda in fritidsgården på fika, utan dagordning.", "Låna ut vår bästa utställning.", "Byta arbetsplats en dag med någon i nätverket.", "Fråga föreningarna vad de saknar."},
		[4]string{"Fler program än vi orkar med var för sig.", "Att lånekortet betyder samma sak överallt.", "Att vi hittar dem rätt, fast det är någon annan som har svaret.", ""}},
	{"Uppsökande",
		[7]string{"De som aldrig kommer hit har aldrig blivit frågade.", "Förskolan hade väntat på att vi skulle höra av oss.", "På torget frågar folk sådant som de inte frågar här.", "Den som inte kan gå hemifrån läser mest av alla, om boken kommer.",
			"Det är vi som är svåra att nå, inte de.", "Tre bussar om dagen: det förklarar varför byn saknas i vår statistik.", "Jag trodde att de inte ville. De visste inte att de fick."},
		[7]string{"Det var nyttigt att stå där utan hyllor omkring sig.", "Jag skäms lite, men mest vill jag dit igen.", "Bokcykeln öppnar samtal som ingen affisch gör.", "Ingen av dem hade lånekort. Nu har elva det.",
			"Nästa gång tar vi med färre böcker och fler stolar.", "Det behövs inget projekt för att gå ut genom dörren.", "Personalen där blev våra bästa ambassadörer."},
		[5]string{"Stå på torget en lördag i månaden med bokcykeln.", "En fast sagostund på förskolan, varannan vecka.", "Följa med hemtjänsten en förmiddag.", "Lägga en bokhylla i tvättstugan på Norra gatan.", "Räkna hur många vi möter utanför huset."},
		[4]string{"Att biblioteket dyker upp där de redan är.", "Barnen känner igen oss när de kommer hit.", "Att man slipper be om skjuts för att låna en bok.", "Ett ansikte, inte bara en skylt."}},
	{"Ledarskap",
		[7]string{"Att leda utan att vara chef handlar om att fråga och att hålla ihop.", "Ett möte utan beslut är ett fikabord med papper.", "Den som frågar mest får också bestämma mest.", "Vi är bra på att börja och dåliga på att sluta.",
			"Återkoppling behöver inte vara pinsam, om den kommer samma dag.", "Jag har väntat på tillåtelse som jag redan hade.", "När chefen sa att hon inte visste blev det tyst, och sedan bra."},
		[7]string{"Det gäller nog mig också.", "Vi provade på måndagens möte, och det gick.", "Tre veckor är lagom långt för ett försök.", "Nu skriver vi upp vem som gör vad, varje gång.",
			"Det var skönt att höra att andra har det likadant.", "Jag sa det högt, och ingen dog.", "Min plan är kort: en sak i taget."},
		[5]string{"Be om ordet på nästa möte och föreslå att vi provar i tre veckor.", "Stryka en punkt från dagordningen varje gång.", "Ge en kollega beröm för något bestämt, varje fredag.", "Fråga chefen vad hon själv vill bli bättre på.", "Låta den som kom sist hålla i mötet."},
		[4]string{"", "Att vi säger samma sak, vem av oss man än frågar.", "Att det vi lovar blir av.", "Lugnare personal."}},
}

// thought is one of them, with what to try and what users will notice by two numbers.
func (t theme) thought(first, next, n int) thought {
	return thought{t.name, t.first[first] + " " + t.next[next], t.try[n%len(t.try)], t.users[n/len(t.try)%len(t.users)]}
}

// thoughts are all but those of [ownThoughts], in an order of chance that is the same every time.
func thoughts() (all []thought) {
	for _, t := range themes {
		for i := range t.first {
			for j := range t.next {
				if i+1 < len(t.first) || j+1 < len(t.next) {
					all = append(all, t.thought(i, j, 3*i+j))
				}
			}
		}
	}
	chance("thoughts").Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// ownThoughts are one of each theme, that nobody else has.
func ownThoughts() (own []thought) {
	for i, t := range themes {
		own = append(own, t.thought(len(t.first)-1, len(t.next)-1, i))
	}
	return own
}
