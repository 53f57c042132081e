"""The 64 districts of Bangladesh, by their English name, which is what is stored.

Names after github.com/nuhil/bangladesh-geocode (MIT, Nuhil Mehdy), in the official English spelling of today.
"""

from __future__ import annotations

from typing import Final

from app.domain.kernel.names import sort_key

DISTRICTS: Final[dict[str, str]] = {
    "Bagerhat": "বাগেরহাট",
    "Bandarban": "বান্দরবান",
    "Barguna": "বরগুনা",
    "Barishal": "বরিশাল",
    "Bhola": "ভোলা",
    "Bogura": "বগুড়া",
    "Brahmanbaria": "ব্রাহ্মণবাড়িয়া",
    "Chandpur": "চাঁদপুর",
    "Chapainawabganj": "চাঁপাইনবাবগঞ্জ",
    "Chattogram": "চট্টগ্রাম",
    "Chuadanga": "চুয়াডাঙ্গা",
    "Cox's Bazar": "কক্সবাজার",
    "Cumilla": "কুমিল্লা",
    "Dhaka": "ঢাকা",
    "Dinajpur": "দিনাজপুর",
    "Faridpur": "ফরিদপুর",
    "Feni": "ফেনী",
    "Gaibandha": "গাইবান্ধা",
    "Gazipur": "গাজীপুর",
    "Gopalganj": "গোপালগঞ্জ",
    "Habiganj": "হবিগঞ্জ",
    "Jamalpur": "জামালপুর",
    "Jashore": "যশোর",
    "Jhalakathi": "ঝালকাঠি",
    "Jhenaidah": "ঝিনাইদহ",
    "Joypurhat": "জয়পুরহাট",
    "Khagrachhari": "খাগড়াছড়ি",
    "Khulna": "খুলনা",
    "Kishoreganj": "কিশোরগঞ্জ",
    "Kurigram": "কুড়িগ্রাম",
    "Kushtia": "কুষ্টিয়া",
    "Lakshmipur": "লক্ষ্মীপুর",
    "Lalmonirhat": "লালমনিরহাট",
    "Madaripur": "মাদারীপুর",
    "Magura": "মাগুরা",
    "Manikganj": "মানিকগঞ্জ",
    "Meherpur": "মেহেরপুর",
    "Moulvibazar": "মৌলভীবাজার",
    "Munshiganj": "মুন্সিগঞ্জ",
    "Mymensingh": "ময়মনসিংহ",
    "Naogaon": "নওগাঁ",
    "Narail": "নড়াইল",
    "Narayanganj": "নারায়ণগঞ্জ",
    "Narsingdi": "নরসিংদী",
    "Natore": "নাটোর",
    "Netrokona": "নেত্রকোণা",
    "Nilphamari": "নীলফামারী",
    "Noakhali": "নোয়াখালী",
    "Pabna": "পাবনা",
    "Panchagarh": "পঞ্চগড়",
    "Patuakhali": "পটুয়াখালী",
    "Pirojpur": "পিরোজপুর",
    "Rajbari": "রাজবাড়ী",
    "Rajshahi": "রাজশাহী",
    "Rangamati": "রাঙ্গামাটি",
    "Rangpur": "রংপুর",
    "Satkhira": "সাতক্ষীরা",
    "Shariatpur": "শরীয়তপুর",
    "Sherpur": "শেরপুর",
    "Sirajganj": "সিরাজগঞ্জ",
    "Sunamganj": "সুনামগঞ্জ",
    "Sylhet": "সিলেট",
    "Tangail": "টাঙ্গাইল",
    "Thakurgaon": "ঠাকুরগাঁও",
}
"""English name to Bangla name."""


def district_name(district: str, locale: str) -> tuple[str, str]:
    """The name of a district for a reader, and the language it is in. An unknown one stays as it is written."""
    if locale == "bn" and district in DISTRICTS:
        return DISTRICTS[district], "bn"
    return district, "en"


def district_choices(locale: str) -> list[tuple[str, str]]:
    """(stored name, shown name) of every district in the order of the reader's alphabet."""
    named = [(district, district_name(district, locale)[0]) for district in DISTRICTS]
    return sorted(named, key=lambda pair: sort_key(pair[1]))
