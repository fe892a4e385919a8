package demo

import "kompobib/internal/learning/swot"

// perspectives are the programme's, in its grant application's words made short.
var perspectives = []swot.Perspective{
	{Name: "Nya utmaningar", Question: "Vad förändras omkring oss de närmaste tio åren, och vad kräver det av oss?"},
	{Name: "Nya målgrupper", Question: "Vilka bor och vistas här om tio år? Vilka av dem når vi inte i dag?"},
	{Name: "Nya möjligheter", Question: "Vad kan ett bibliotek göra om tio år som det inte kan nu?"},
}

// A pool is what workplaces of a kind say: by perspective and quadrant, in the order of both.
type pool [3][4][]string

var pools = map[string]pool{
	"public-library": {
		{
			{"Vi har öppet fler timmar än de flesta i kommunen.", "Personalen är van att ställa om snabbt.", "Besökarna litar på oss."},
			{"Få av oss känner oss säkra på e-böcker och läsplattor.", "Vi hinner sällan följa upp det vi har provat.", "Ingen av oss kan bygga om webbplatsen själv."},
			{"Allt fler ärenden flyttar till nätet, och folk vill ha hjälp.", "Kommunen skriver ny biblioteksplan nästa år.", "Grannkommunerna har samma frågor som vi."},
			{"Förlagen säljer inte alla e-böcker till bibliotek.", "Utlåningen av böcker minskar, och budgeten räknas på den.", "Många går i pension samtidigt."},
		},
		{
			{"Vi har bra samarbete med förskolorna.", "Två av oss talar flera språk.", "Barnen hittar hit."},
			{"Vi når få män mellan tjugo och femtio år.", "Våra skyltar är bara på svenska.", "Vi frågar sällan dem som inte kommer."},
			{"Många pensionärer vill lära sig mer om datorer.", "SFI vill gärna komma hit varje vecka.", "Fler inflyttade söker ett ställe att träffas på."},
			{"Tonåringarna försvinner när de slutar mellanstadiet.", "De som läser minst får minst läsning hemma.", "Buss saknas från byarna på kvällen."},
		},
		{
			{"Lokalen är stor och ligger mitt i staden.", "Vi kan ordna program utan att det kostar mycket.", "Vi vågar prova."},
			{"Rummet är fullt av hyllor, det finns ingen plats att skapa något.", "Vi marknadsför det vi gör för dåligt.", "Vi saknar rutiner för att låna ut lokalen."},
			{"Planeringen av det nya torget har precis börjat.", "Spel, film och berättande kan höra ihop.", "Föreningarna söker en scen."},
			{"Andra hinner före och bygger mötesplatsen.", "Tekniken blir gammal på tre år.", "Rummet räcker inte till både tystnad och liv."},
		},
	},
	"branch-library": {
		{
			{"Vi känner nästan alla som kommer.", "Det går fort att bestämma något."},
			{"Ensamarbete gör det svårt att gå på utbildning.", "Datorerna är äldst i kommunen."},
			{"Meröppet utan personal prövas på andra håll.", "Skolan i samma hus vill mer."},
			{"Filialen nämns varje gång det ska sparas.", "Affären stänger, och då kommer färre förbi."},
		},
		{
			{"De äldre i byn har oss som mötesplats.", "Barnen kommer direkt efter skolan."},
			{"Öppettiderna passar inte dem som pendlar."},
			{"Sommargästerna frågar efter mer.", "Nyinflyttade familjer med småbarn."},
			{"Ungdomarna åker in till stan."},
		},
		{
			{"Byalaget hjälper gärna till."},
			{"Lokalen går inte att möblera om.", "Vi syns inte på huvudbibliotekets webbplats."},
			{"Bokcirklar på nätet tillsammans med andra filialer.", "Hjälp med e-tjänster en fast dag i veckan."},
			{"Ingen vet om vi finns kvar om tio år."},
		},
	},
	"hospital-library": {
		{
			{"Vi kan söka i medicinska databaser och lär ut det.", "Vårdpersonalen har förtroende för oss."},
			{"Patienterna ligger inne så kort tid att vi sällan hinner träffas.", "Vi är få, och semestern märks."},
			{"Vården ska arbeta mer efter evidens.", "E-resurser når avdelningarna direkt."},
			{"Allt ska rymmas i sjukhusets sparkrav.", "Databaserna blir dyrare varje år."},
		},
		{
			{"Bokvagnen kommer till alla avdelningar."},
			{"Vi når inte dem som vårdas hemma.", "Anhöriga vet inte att vi finns."},
			{"Patienter som vill läsa på om sin sjukdom.", "Fler talböcker till dem som inte orkar läsa."},
			{"Personal på natten hittar aldrig hit."},
		},
		{
			{"Vi har ett lugnt rum som inte är vård."},
			{"Vi samarbetar för lite med folkbiblioteket i stan."},
			{"Läsning som en del av rehabiliteringen.", "Läsplattor att låna ut vid sängen."},
			{"Hygienkraven gör det svårt att låna ut saker."},
		},
	},
	"school-library": {
		{
			{"Vi träffar eleverna varje dag.", "Källkritik är något vi kan."},
			{"Vi är inte med när undervisningen planeras.", "En bibliotekarie på sex hundra elever."},
			{"Alla elever får en egen dator.", "Den nya läroplanen talar om digitalt."},
			{"Skolorna konkurrerar, och biblioteket är lätt att dra ner på."},
		},
		{
			{"Eleverna som aldrig går till ett folkbibliotek kommer hit."},
			{"Yrkesprogrammen nås sämst.", "Vi har få böcker på elevernas språk."},
			{"Nya lärare vill ha hjälp med läsning i alla ämnen.", "Elever som behöver talböcker får dem snabbare."},
			{"De som läser minst hinner vi minst med."},
		},
		{
			{"Rummet är skolans lugnaste."},
			{"Rummet stänger när skoldagen slutar."},
			{"Elever som visar elever hur man söker.", "Författarbesök delade mellan flera skolor."},
			{"Gratistjänster på nätet tar över sökningen.", "Rummet behövs till lektioner."},
		},
	},
	"mobile-library": {
		{
			{"Vi kommer till dem som inte kan komma till oss."},
			{"Bussen är gammal, och står den så står allt.", "Nätet räcker inte ute på vägarna."},
			{"En ny buss kan ha scen, skärmar och ramp."},
			{"Färre hållplatser varje år."},
		},
		{
			{"Förskolorna längs vägen planerar efter oss."},
			{"Vi hinner bara stå en kvart på varje ställe."},
			{"Boenden för äldre vill ha längre stopp.", "Asylboenden ligger där bussen redan går."},
			{"Byskolorna slås ihop."},
		},
		{
			{"Alla ser bussen. Den är kommunens bästa skylt."},
			{"Ingen annan i kommunen får låna den."},
			{"Ta med hjälp med datorer ut till byarna."},
			{"Drivmedlet blir dyrare."},
		},
	},
}

// alone is what one person has thought of before the meeting.
var alone = [3][4]string{
	{"Vi lär oss av varandra när vi får tid.\nJag är inte rädd för tekniken längre.", "Jag hinner inte läsa på om e-böcker på arbetstid.", "En timme i veckan för att prova nytt.", "Att jag blir den enda som kan det."},
	{"Jag har lätt för att prata med tonåringar.", "Vi går aldrig ut från huset.", "Fritidsgården vill ha oss på fredagar.", ""},
	{"", "Jag vet inte vem som bestämmer om rummet.", "Berättarkvällar med gamla bilder från staden.", "Att det blir projekt och sedan inget mer."},
}

// again is what phones say two years later.
var again = []struct {
	quadrant swot.Quadrant
	text     string
}{
	{swot.Strength, "Alla kan hjälpa till med en läsplatta nu."},
	{swot.Strength, "Vi har kollegor att ringa i hela länet."},
	{swot.Strength, "Alla kan hjälpa till med läsplattor."},
	{swot.Weakness, "Vi glömmer att berätta vad vi gör."},
	{swot.Opportunity, "Dela & Lär kan bli vår fortbildning."},
	{swot.Threat, "Tiden för att lära försvinner när projektet slutar."},
}
