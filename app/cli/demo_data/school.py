"""The shape of the demo school: campuses, classes, sections, subjects, the days of its year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.academics.types import CampusDetails, DayKind, Shift
from app.domain.kernel.texts import LocalText


@dataclass(frozen=True, slots=True)
class CampusPlan:
    """A campus, the streets its families live in, its sections by class, and how many pupils sit in each."""

    details: CampusDetails
    town_bn: str
    streets: tuple[str, ...]
    sections: dict[int, str]
    """By level, the letters of the sections."""
    pupils: int
    """About how many pupils sit in a section."""
    seats: dict[int, int]
    """By level, the seats for new pupils next year."""


CAMPUSES: Final = (
    CampusPlan(
        CampusDetails(
            code="MYM",
            name=LocalText("Mymensingh", "ময়মনসিংহ", "ميمنسينغ"),
            address=LocalText(
                "12 Kachari Road, Mymensingh 2200",
                "১২ কাচারি রোড, ময়মনসিংহ ২২০০",
                "12 طريق كاتشاري، ميمنسينغ 2200",
            ),
            phone="+8801700000900",
            email="office@smart-academy.example",
            eiin="999901",
        ),
        "ময়মনসিংহ",
        (
            "কাচারি রোড",
            "চরপাড়া",
            "গাঙ্গিনারপাড়",
            "আকুয়া",
            "সানকিপাড়া",
            "কেওয়াটখালী",
            "মাসকান্দা",
            "বাঘমারা",
            "নতুন বাজার",
            "কলেজ রোড",
        ),
        {
            -2: "A",
            -1: "A",
            0: "A",
            1: "A",
            2: "A",
            3: "A",
            4: "A",
            5: "A",
            6: "AB",
            7: "AB",
            8: "A",
            9: "AB",
            10: "A",
        },
        25,
        {
            **dict.fromkeys(range(-2, 1), 40),
            **dict.fromkeys(range(1, 6), 15),
            6: 30,
            **dict.fromkeys(range(7, 10), 10),
        },
    ),
    CampusPlan(
        CampusDetails(
            code="MUK",
            name=LocalText("Muktagachha", "মুক্তাগাছা", "موكتاغاتشا"),
            address=LocalText(
                "Atani Bazar Road, Muktagachha, Mymensingh 2210",
                "আটানি বাজার রোড, মুক্তাগাছা, ময়মনসিংহ ২২১০",
                "طريق سوق آتاني، موكتاغاتشا، ميمنسينغ 2210",
            ),
            phone="+8801700000901",
            email="muktagachha@smart-academy.example",
        ),
        "মুক্তাগাছা",
        ("আটানি বাজার", "দরিচারিআনি", "পাড়াটঙ্গী", "ঈশ্বরগ্রাম", "লক্ষ্মীখোলা", "নতুন বাজার"),
        dict.fromkeys(range(-2, 9), "A"),
        18,
        {**dict.fromkeys(range(-2, 1), 40), **dict.fromkeys(range(1, 7), 20)},
    ),
)

CLASSES: Final = {
    -2: ("PG", LocalText("Play", "প্লে", "روضة تمهيدي")),
    -1: ("NUR", LocalText("Nursery", "নার্সারি", "حضانة")),
    0: ("KG", LocalText("KG", "কেজি", "روضة")),
    1: ("1", LocalText("Class One", "প্রথম শ্রেণি", "الصف الأول")),
    2: ("2", LocalText("Class Two", "দ্বিতীয় শ্রেণি", "الصف الثاني")),
    3: ("3", LocalText("Class Three", "তৃতীয় শ্রেণি", "الصف الثالث")),
    4: ("4", LocalText("Class Four", "চতুর্থ শ্রেণি", "الصف الرابع")),
    5: ("5", LocalText("Class Five", "পঞ্চম শ্রেণি", "الصف الخامس")),
    6: ("6", LocalText("Class Six", "ষষ্ঠ শ্রেণি", "الصف السادس")),
    7: ("7", LocalText("Class Seven", "সপ্তম শ্রেণি", "الصف السابع")),
    8: ("8", LocalText("Class Eight", "অষ্টম শ্রেণি", "الصف الثامن")),
    9: ("9", LocalText("Class Nine", "নবম শ্রেণি", "الصف التاسع")),
    10: ("10", LocalText("Class Ten", "দশম শ্রেণি", "الصف العاشر")),
}

SECTION_NAMES: Final = {"A": LocalText("A", "ক", "أ"), "B": LocalText("B", "খ", "ب")}
CAPACITY: Final = 40


def shift_of(level: int) -> Shift:
    """The little ones come in the morning, the others during the day."""
    return Shift.MORNING if level <= 2 else Shift.DAY


BELLS: Final = {
    Shift.MORNING: ("08:00-08:35", "08:35-09:10", "09:30-10:05", "10:05-10:40"),
    Shift.DAY: (
        "10:00-10:45",
        "10:45-11:25",
        "11:25-12:05",
        "12:05-12:45",
        "13:30-14:10",
        "14:10-14:50",
        "14:50-15:30",
    ),
}
"""The periods of each shift. In the long break of the day there is tiffin and prayer."""
FIRST_WITH_LESSONS: Final = 6
"""From this class on sections have a timetable."""
KEEPS_PERIODS: Final = frozenset({(9, "A"), (10, "A")})
"""The sections whose register is taken in every lesson, and whose pupils may check themselves in."""


_BANGLA = LocalText("Bangla", "বাংলা", "اللغة البنغالية")
_ENGLISH = LocalText("English", "ইংরেজি", "اللغة الإنجليزية")
_MATHS = LocalText("Mathematics", "গণিত", "الرياضيات")
_RELIGION = LocalText("Islam and Moral Education", "ইসলাম ও নৈতিক শিক্ষা", "الإسلام والتربية الأخلاقية")
_GLOBAL = LocalText("Bangladesh and Global Studies", "বাংলাদেশ ও বিশ্বপরিচয়", "دراسات بنغلاديش والعالم")
_SCIENCE = LocalText("Science", "বিজ্ঞান", "العلوم")
_ICT = LocalText(
    "Information and Communication Technology",
    "তথ্য ও যোগাযোগ প্রযুক্তি",
    "تكنولوجيا المعلومات والاتصالات",
)

_SMALL: Final = (
    ("BAN", _BANGLA),
    ("ENG", _ENGLISH),
    ("MAT", _MATHS),
    ("DRW", LocalText("Drawing", "চিত্রাঙ্কন", "الرسم")),
)
_PRIMARY: Final = (
    ("BAN", _BANGLA),
    ("ENG", _ENGLISH),
    ("MAT", _MATHS),
    ("SCI", _SCIENCE),
    ("BGS", _GLOBAL),
    ("REL", _RELIGION),
)
# From class six on under the codes of the SSC examination, as on the class ten admit card.
_JUNIOR: Final[tuple[tuple[str, LocalText], ...]] = (
    ("101", LocalText("Bangla 1st Paper", "বাংলা ১ম পত্র", "اللغة البنغالية، الورقة الأولى")),
    ("102", LocalText("Bangla 2nd Paper", "বাংলা ২য় পত্র", "اللغة البنغالية، الورقة الثانية")),
    ("107", LocalText("English 1st Paper", "ইংরেজি ১ম পত্র", "اللغة الإنجليزية، الورقة الأولى")),
    ("108", LocalText("English 2nd Paper", "ইংরেজি ২য় পত্র", "اللغة الإنجليزية، الورقة الثانية")),
    ("109", _MATHS),
    ("111", _RELIGION),
    ("127", _SCIENCE),
    ("150", _GLOBAL),
    ("154", _ICT),
)
_SENIOR: Final = (
    *(subject for subject in _JUNIOR if subject[0] != "127"),
    ("136", LocalText("Physics", "পদার্থবিজ্ঞান", "الفيزياء")),
    ("137", LocalText("Chemistry", "রসায়ন", "الكيمياء")),
    ("138", LocalText("Biology", "জীববিজ্ঞান", "الأحياء")),
)
OPTIONAL: Final = (("126", LocalText("Higher Mathematics", "উচ্চতর গণিত", "الرياضيات العليا")),)
"""The fourth subject of the two highest classes."""


def subjects_of(level: int) -> tuple[tuple[str, LocalText], ...]:
    """(code, name) of what every pupil of a class learns."""
    if level <= 0:
        return _SMALL
    if level <= 5:
        return _PRIMARY
    return _JUNIOR if level <= 8 else _SENIOR


Entry = tuple[DayKind, str, str, LocalText]
"""(kind, first day, last day as MM-DD, name)."""

_SAME_EVERY_YEAR: Final[tuple[Entry, ...]] = (
    (
        DayKind.HOLIDAY,
        "02-21",
        "02-21",
        LocalText("Language Martyrs’ Day", "শহিদ দিবস ও আন্তর্জাতিক মাতৃভাষা দিবস", "يوم شهداء اللغة"),
    ),
    (DayKind.HOLIDAY, "03-26", "03-26", LocalText("Independence Day", "স্বাধীনতা দিবস", "يوم الاستقلال")),
    (
        DayKind.HOLIDAY,
        "04-14",
        "04-14",
        LocalText("Bangla New Year", "বাংলা নববর্ষ", "رأس السنة البنغالية"),
    ),
    (DayKind.HOLIDAY, "05-01", "05-01", LocalText("May Day", "মে দিবস", "عيد العمال")),
    (
        DayKind.HOLIDAY,
        "08-05",
        "08-05",
        LocalText("July Uprising Day", "জুলাই গণ-অভ্যুত্থান দিবস", "يوم انتفاضة يوليو"),
    ),
    (DayKind.HOLIDAY, "12-16", "12-16", LocalText("Victory Day", "বিজয় দিবস", "يوم النصر")),
    (
        DayKind.HOLIDAY,
        "12-20",
        "12-29",
        LocalText("Winter holiday", "শীতকালীন ছুটি", "عطلة الشتاء"),
    ),
    (DayKind.EVENT, "01-01", "01-01", LocalText("Book festival", "বই উৎসব", "مهرجان الكتاب")),
    (
        DayKind.EVENT,
        "11-26",
        "11-26",
        LocalText("Guardians’ meeting", "অভিভাবক সভা", "اجتماع أولياء الأمور"),
    ),
    (
        DayKind.EVENT,
        "12-01",
        "12-10",
        LocalText("Annual examination", "বার্ষিক পরীক্ষা", "الامتحان السنوي"),
    ),
)
_IN_2026: Final[tuple[Entry, ...]] = (
    (DayKind.HOLIDAY, "02-04", "02-04", LocalText("Shab-e-Barat", "শবে বরাত", "ليلة البراءة")),
    (
        DayKind.HOLIDAY,
        "02-19",
        "03-26",
        LocalText("Ramadan and Eid-ul-Fitr", "রমজান ও ঈদুল ফিতর", "رمضان وعيد الفطر"),
    ),
    (
        DayKind.HOLIDAY,
        "05-24",
        "06-04",
        LocalText("Eid-ul-Azha and summer holiday", "ঈদুল আজহা ও গ্রীষ্মকালীন ছুটি", "عيد الأضحى وعطلة الصيف"),
    ),
    (DayKind.HOLIDAY, "06-26", "06-26", LocalText("Ashura", "আশুরা", "عاشوراء")),
    (
        DayKind.HOLIDAY,
        "08-26",
        "08-26",
        LocalText("Eid-e-Miladunnabi", "ঈদে মিলাদুন্নবী", "المولد النبوي"),
    ),
    (DayKind.HOLIDAY, "09-04", "09-04", LocalText("Janmashtami", "জন্মাষ্টমী", "جانماشتامي")),
    (DayKind.HOLIDAY, "10-18", "10-22", LocalText("Durga Puja", "দুর্গাপূজা", "دورغا بوجا")),
    (
        DayKind.EVENT,
        "06-14",
        "06-25",
        LocalText("Half-yearly examination", "অর্ধবার্ষিক পরীক্ষা", "امتحان نصف السنة"),
    ),
    (
        DayKind.SCHOOL_DAY,
        "11-14",
        "11-14",
        LocalText("School day in place of a lost one", "বিকল্প পাঠদিবস", "يوم دراسي بديل"),
    ),
)


def entries_of(year: int) -> list[tuple[DayKind, date, date, LocalText]]:
    """The calendar of a school year: national days, and in 2026 the feasts that follow the moon."""
    entries = _SAME_EVERY_YEAR + (_IN_2026 if year == 2026 else ())
    return sorted(
        (
            (kind, date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}"), name)
            for kind, first, last, name in entries
        ),
        key=lambda entry: (entry[1], entry[2], entry[0]),
    )


TERMS: Final = (
    (LocalText("First term", "প্রথম পর্ব", "الفصل الأول"), "01-01", "06-30"),
    (LocalText("Second term", "দ্বিতীয় পর্ব", "الفصل الثاني"), "07-01", "12-31"),
)
