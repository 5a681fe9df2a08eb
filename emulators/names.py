"""What people are called and where they live, by culture; the ASCII form is what stands in their address. All invented combinations."""

from __future__ import annotations

from typing import NamedTuple


class Culture(NamedTuple):
    """Names are pairs: as written, and in ASCII for an address. Cities are pairs: name, postal code."""

    country: str
    language: str
    calling_code: str
    street: str
    cities: tuple[tuple[str, str], ...]
    first_names: tuple[tuple[str, str], ...]
    last_names: tuple[tuple[str, str], ...]


def _plain(names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, name.lower().replace("'", "").replace(" ", "-")) for name in names.split(","))


def _pairs(names: str) -> tuple[tuple[str, str], ...]:
    written = (pair.split("=") for pair in names.split(","))
    return tuple((name, ascii_form) for name, ascii_form in written)


CULTURES: tuple[Culture, ...] = (
    Culture("United Kingdom", "en", "+44", "High Street", (("London", "SW1A 1AA"), ("Leeds", "LS1 1UR"), ("Bath", "BA1 1SU")),
        _plain("Ann,Oliver,Grace,Noah,Ivy,Harry,Mary Jane,Leo"), _plain("Lee,Smith,O'Brien,Taylor,Evans,Walker,Hughes,St John")),
    Culture("United States", "en", "+1", "Main Street", (("Austin", "78701"), ("Boston", "02108"), ("Reno", "89501")),
        _plain("Emma,Liam,Zoe,Mason,Ruth,Caleb,Nora,Eli"), _plain("Johnson,Garcia,Nguyen,Brown,Davis,Martinez,Clark,Null")),
    Culture("Germany", "de", "+49", "Hauptstraße", (("Köln", "50667"), ("München", "80331"), ("Görlitz", "02826")),
        _pairs("Jürgen=juergen,Anna=anna,Björn=bjoern,Käthe=kaethe,Lukas=lukas,Mia=mia,Sören=soeren,Ute=ute"),
        _pairs("Müller=mueller,Weiß=weiss,Schäfer=schaefer,Vogel=vogel,Groß=gross,König=koenig,Lang=lang,von der Heide=von-der-heide")),
    Culture("France", "fr", "+33", "Rue de l'Église", (("Paris", "75001"), ("Orléans", "45000"), ("Nîmes", "30000")),
        _pairs("Élodie=elodie,François=francois,Zoé=zoe,Noël=noel,Chloé=chloe,Jean-Luc=jean-luc,Léa=lea,Anaïs=anais"),
        _pairs("Lefèvre=lefevre,Dubois=dubois,D'Arcy=darcy,Gautier=gautier,Bérard=berard,Moreau=moreau,Girard=girard,Besançon=besancon")),
    Culture("Poland", "pl", "+48", "ulica Długa", (("Łódź", "90-001"), ("Kraków", "30-001"), ("Wrocław", "50-001")),
        _pairs("Łukasz=lukasz,Zofia=zofia,Michał=michal,Józef=jozef,Ewa=ewa,Paweł=pawel,Małgorzata=malgorzata,Jan=jan"),
        _pairs("Wójcik=wojcik,Kowalska=kowalska,Zieliński=zielinski,Dąbrowski=dabrowski,Nowak=nowak,Król=krol,Wróbel=wrobel,Mazur=mazur")),
    Culture("Greece", "el", "+30", "Οδός Ερμού", (("Αθήνα", "105 57"), ("Πάτρα", "262 21")),
        _pairs("Γιώργος=giorgos,Μαρία=maria,Ελένη=eleni,Νίκος=nikos"), _pairs("Παπαδόπουλος=papadopoulos,Νικολάου=nikolaou,Γεωργίου=georgiou")),
    Culture("Bulgaria", "bg", "+359", "ул. Витоша", (("София", "1000"), ("Варна", "9000")),
        _pairs("Иван=ivan,Мария=maria,Георги=georgi,Елена=elena"), _pairs("Иванов=ivanov,Петрова=petrova,Димитров=dimitrov,Тодорова=todorova")),
    Culture("Israel", "he", "+972", "רחוב הרצל", (("חיפה", "3100001"), ("תל אביב", "6100001")),
        _pairs("נועה=noa,דוד=david,יעל=yael,איתן=eitan"), _pairs("כהן=cohen,לוי=levi,מזרחי=mizrahi,פרץ=peretz")),
    Culture("Egypt", "ar", "+20", "شارع النيل", (("القاهرة", "11511"), ("الإسكندرية", "21500")),
        _pairs("أحمد=ahmed,فاطمة=fatma,يوسف=youssef,ليلى=laila"), _pairs("حسن=hassan,إبراهيم=ibrahim,محمود=mahmoud,سليمان=soliman")),
    Culture("India", "hi", "+91", "महात्मा गांधी मार्ग", (("दिल्ली", "110001"), ("जयपुर", "302001")),
        _pairs("प्रिया=priya,राहुल=rahul,अंजलि=anjali,विजय=vijay"), _pairs("शर्मा=sharma,पटेल=patel,सिंह=singh,गुप्ता=gupta")),
    Culture("Japan", "ja", "+81", "中央通り", (("東京", "100-0001"), ("京都", "600-8001")),
        _pairs("さくら=sakura,健太=kenta,陽子=yoko,翔=sho"), _pairs("佐藤=sato,鈴木=suzuki,高橋=takahashi,田中=tanaka")),
    Culture("China", "zh", "+86", "人民路", (("上海", "200000"), ("成都", "610000")),
        _pairs("伟=wei,芳=fang,娜=na,静=jing"), _pairs("王=wang,李=li,张=zhang,刘=liu")),
    Culture("South Korea", "ko", "+82", "세종대로", (("서울", "04524"), ("부산", "48058")),
        _pairs("민준=minjun,서연=seoyeon,지훈=jihoon,하은=haeun"), _pairs("김=kim,이=yi,박=park,최=choi")),
    Culture("Vietnam", "vi", "+84", "Đường Lê Lợi", (("Hà Nội", "100000"), ("Đà Nẵng", "550000")),
        _pairs("Hương=huong,Đức=duc,Thảo=thao,Quân=quan"), _pairs("Nguyễn=nguyen,Trần=tran,Lê=le,Đặng=dang")),
)  # fmt: skip

COMPANIES = (
    "Birch",
    "Harbour",
    "Nordlicht",
    "Blue Kettle",
    "Œuvre",
    "Zeta & Sons",
    "Quarry",
    "Lumen",
    "Ünal",
    "Cedar",
    "Papillon",
    "Atlas",
    "Ōka",
    "Five Oaks",
)
SUFFIXES = ("Ltd", "GmbH", "Inc.", "S.A.", "Co.", "AB", "e.V.", "Partners")
JOBS = ("", "Engineer", "Head of Sales", "Owner", "Designer", "Teacher", "Nurse", "Buyer", "CFO", "Researcher, R&D", "Student")
LEAD_SOURCES = ("", "Advertisement", "Cold Call", "Employee Referral", "Online Store", "Partner", "Trade Show", "Web Download", "Seminar Partner")
INTERESTS = ("Garden", "Kitchen", "Travel", "Books", "Music", "Sport")
