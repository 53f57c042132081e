"""Names as families in Bangladesh give them, in Bangla, English and, where they come from it, Arabic letters.

One entry a name: `English Bangla Arabic`, parted by `/`; the Arabic is left out where nobody would write it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a full name in each script."""

    en: str
    bn: str
    ar: str = ""

    def __add__(self, other: Part) -> Part:
        """The two parts one after the other; the Arabic only where both have it."""
        ar = f"{self.ar} {other.ar}" if self.ar and other.ar else ""
        return Part(f"{self.en} {other.en}", f"{self.bn} {other.bn}", ar)


def _parts(text: str) -> tuple[Part, ...]:
    text = unicodedata.normalize("NFC", text.strip())
    return tuple(Part(*line.strip().split("/")) for line in text.splitlines())


BOYS: Final = _parts("""
Abdullah/আবদুল্লাহ/عبد الله
Adnan/আদনান/عدنان
Anas/আনাস/أنس
Arafat/আরাফাত/عرفات
Asif/আসিফ/آصف
Ayman/আয়মান/أيمن
Fahim/ফাহিম/فهيم
Farhan/ফারহান/فرحان
Fuad/ফুয়াদ/فؤاد
Galib/গালিব/غالب
Hamza/হামজা/حمزة
Hasib/হাসিব/حسيب
Ibrahim/ইব্রাহিম/إبراهيم
Ihsan/ইহসান/إحسان
Imran/ইমরান/عمران
Ismail/ইসমাইল/إسماعيل
Junaid/জুনায়েদ/جنيد
Kawsar/কাওসার/كوثر
Labib/লাবিব/لبيب
Mahfuz/মাহফুজ/محفوظ
Mahir/মাহির/ماهر
Masum/মাসুম/معصوم
Muaz/মুয়াজ/معاذ
Mubin/মুবিন/مبين
Mushfiq/মুশফিক/مشفق
Nabil/নাবিল/نبيل
Nafis/নাফিস/نفيس
Naim/নাঈম/نعيم
Omar/ওমর/عمر
Rafi/রাফি/رافع
Raihan/রায়হান/ريحان
Rashed/রাশেদ/راشد
Rayan/রাইয়ান/ريان
Ridwan/রিদওয়ান/رضوان
Sajid/সাজিদ/ساجد
Salman/সালমান/سلمان
Samin/সামিন/ثمين
Sayem/সায়েম/صائم
Siam/সিয়াম/صيام
Tahmid/তাহমিদ/تحميد
Talha/তালহা/طلحة
Tanvir/তানভীর/تنوير
Tanzim/তানজিম/تنظيم
Tawsif/তাওসিফ/توصيف
Yasin/ইয়াসিন/ياسين
Yusuf/ইউসুফ/يوسف
Zahid/জাহিদ/زاهد
Zarif/জারিফ/ظريف
Zubair/জুবায়ের/زبير
""")

MEN: Final = _parts("""
Abdul Karim/আবদুল করিম/عبد الكريم
Abdur Rashid/আবদুর রশিদ/عبد الرشيد
Abul Kalam/আবুল কালাম/أبو الكلام
Akram Hossain/আকরাম হোসেন/أكرم حسين
Aminul Islam/আমিনুল ইসলাম/أمين الإسلام
Anisur Rahman/আনিসুর রহমান/أنيس الرحمن
Anwarul Haque/আনোয়ারুল হক/أنوار الحق
Ariful Islam/আরিফুল ইসলাম/عارف الإسلام
Ashraful Alam/আশরাফুল আলম/أشرف العالم
Ataur Rahman/আতাউর রহমান/عطاء الرحمن
Azizul Haque/আজিজুল হক/عزيز الحق
Bazlur Rahman/বজলুর রহমান/بذل الرحمن
Delwar Hossain/দেলোয়ার হোসেন
Faruk Ahmed/ফারুক আহমেদ/فاروق أحمد
Fazlul Haque/ফজলুল হক/فضل الحق
Golam Mostafa/গোলাম মোস্তফা/غلام مصطفى
Habibur Rahman/হাবিবুর রহমান/حبيب الرحمن
Harun Or Rashid/হারুন অর রশিদ/هارون الرشيد
Imdadul Haque/ইমদাদুল হক/إمداد الحق
Jahangir Alam/জাহাঙ্গীর আলম/جهانكير عالم
Jahirul Islam/জহিরুল ইসলাম/ظهير الإسلام
Kamal Uddin/কামাল উদ্দিন/كمال الدين
Kamrul Hasan/কামরুল হাসান/قمر الحسن
Khairul Bashar/খায়রুল বাশার/خير البشر
Lutfor Rahman/লুৎফর রহমান/لطف الرحمن
Mahbubur Rahman/মাহবুবুর রহমান/محبوب الرحمن
Mahmudul Hasan/মাহমুদুল হাসান/محمود الحسن
Mizanur Rahman/মিজানুর রহমান/ميزان الرحمن
Monirul Islam/মনিরুল ইসলাম/منير الإسلام
Mosharraf Hossain/মোশাররফ হোসেন/مشرف حسين
Motiur Rahman/মতিউর রহমান/مطيع الرحمن
Nasir Uddin/নাসির উদ্দিন/نصير الدين
Nazrul Islam/নজরুল ইসলাম/نذر الإسلام
Nurul Amin/নুরুল আমিন/نور الأمين
Rafiqul Islam/রফিকুল ইসলাম/رفيق الإسلام
Rezaul Karim/রেজাউল করিম/رضاء الكريم
Saiful Islam/সাইফুল ইসলাম/سيف الإسلام
Selim Reza/সেলিম রেজা/سليم رضا
Shafiqul Islam/শফিকুল ইসলাম/شفيق الإسلام
Shahidul Alam/শহিদুল আলম/شهيد العالم
Shamsul Haque/শামসুল হক/شمس الحق
Sirajul Islam/সিরাজুল ইসলাম/سراج الإسلام
Tariqul Islam/তারিকুল ইসলাম/طارق الإسلام
Tofazzal Hossain/তোফাজ্জল হোসেন/تفضل حسين
Wahiduzzaman/ওয়াহিদুজ্জামান/وحيد الزمان
Yunus Ali/ইউনুস আলী/يونس علي
Zakir Hossain/জাকির হোসেন/ذاكر حسين
Ziaur Rahman Khan/জিয়াউর রহমান খান/ضياء الرحمن خان
""")

GIRLS: Final = _parts("""
Adiba/আদিবা/أديبة
Afia/আফিয়া/عافية
Amina/আমিনা/آمنة
Anika/আনিকা/أنيقة
Asma/আসমা/أسماء
Ayesha/আয়েশা/عائشة
Bushra/বুশরা/بشرى
Farhana/ফারহানা/فرحانة
Fariha/ফারিহা/فريحة
Fatema/ফাতেমা/فاطمة
Hafsa/হাফসা/حفصة
Humaira/হুমায়রা/حميراء
Inaya/ইনায়া/عناية
Ishrat/ইশরাত/عشرت
Jannat/জান্নাত/جنات
Khadija/খাদিজা/خديجة
Lamia/লামিয়া/لمياء
Mahbuba/মাহবুবা/محبوبة
Maisha/মাইশা
Maryam/মরিয়ম/مريم
Marufa/মারুফা/معروفة
Mehjabin/মেহজাবিন/مهجبين
Mim/মিম
Munira/মুনিরা/منيرة
Nabila/নাবিলা/نبيلة
Nafisa/নাফিসা/نفيسة
Nawrin/নওরিন/نورين
Nusrat/নুসরাত/نصرت
Nuzhat/নুজহাত/نزهت
Raisa/রাইসা/رئيسة
Ruqaiya/রুকাইয়া/رقية
Sabiha/সাবিহা/صبيحة
Sadia/সাদিয়া/سعدية
Safia/সাফিয়া/صفية
Saima/সায়মা/صائمة
Samia/সামিয়া/سامية
Sanjida/সানজিদা/سنجيدة
Sumaiya/সুমাইয়া/سمية
Tabassum/তাবাসসুম/تبسم
Tahsin/তাহসিন/تحسين
Tasnim/তাসনিম/تسنيم
Tayeba/তাইয়েবা/طيبة
Umme Habiba/উম্মে হাবিবা/أم حبيبة
Umme Kulsum/উম্মে কুলসুম/أم كلثوم
Wasifa/ওয়াসিফা/واصفة
Zainab/জয়নব/زينب
""")

WOMEN: Final = _parts("""
Afroza/আফরোজা/أفروزة
Anjuman/আনজুমান/أنجمن
Asma/আসমা/أسماء
Dilruba/দিলরুবা/دلربا
Farida/ফরিদা/فريدة
Fatema/ফাতেমা/فاطمة
Hasina/হাসিনা/حسينة
Jahanara/জাহানারা/جهان آرا
Jesmin/জেসমিন/ياسمين
Kohinur/কোহিনুর/كوه نور
Lutfun/লুৎফুন/لطف
Mahmuda/মাহমুদা/محمودة
Monowara/মনোয়ারা/منورة
Momtaz/মমতাজ/ممتاز
Nargis/নার্গিস/نرجس
Nasrin/নাসরিন/نسرين
Nazma/নাজমা/نجمة
Parvin/পারভীন/بروين
Rabeya/রাবেয়া/رابعة
Rehana/রেহানা/ريحانة
Rokeya/রোকেয়া/رقية
Rowshan Ara/রওশন আরা/روشن آرا
Sabina/সাবিনা/سبينة
Salma/সালমা/سلمى
Selina/সেলিনা/سلينا
Shahida/শাহিদা/شاهدة
Shahnaz/শাহনাজ/شهناز
Sharmin/শারমিন/شرمين
Shirin/শিরিন/شيرين
Taslima/তাসলিমা/تسليمة
Yasmin/ইয়াসমিন/ياسمين
""")

AFTER_BOYS: Final = _parts("""
Hasan/হাসান/حسن
Hossain/হোসেন/حسين
Ahmed/আহমেদ/أحمد
Rahman/রহমান/الرحمن
Islam/ইসলাম/إسلام
Khan/খান/خان
Chowdhury/চৌধুরী/تشودري
Mia/মিয়া/ميا
Talukder/তালুকদার/تعلقدار
Sarker/সরকার/سركار
Bhuiyan/ভূঁইয়া/بهويان
Mahmud/মাহমুদ/محمود
Kabir/কবির/كبير
Karim/করিম/كريم
Alam/আলম/عالم
Siddique/সিদ্দিক/صديق
Haque/হক/الحق
Ali/আলী/علي
Mondal/মণ্ডল
Akanda/আকন্দ
""")

AFTER_GIRLS: Final = _parts("""
Akter/আক্তার/أختر
Khatun/খাতুন/خاتون
Jahan/জাহান/جهان
Sultana/সুলতানা/سلطانة
Islam/ইসলাম/إسلام
Rahman/রহমান/الرحمن
Haque/হক/الحق
Ferdous/ফেরদৌস/فردوس
Yasmin/ইয়াসমিন/ياسمين
Chowdhury/চৌধুরী/تشودري
Khanam/খানম/خانم
Nahar/নাহার/نهار
Siddiqua/সিদ্দিকা/صديقة
Hossain/হোসেন/حسين
""")

AFTER_WOMEN: Final = _parts("""
Begum/বেগম/بيغم
Khatun/খাতুন/خاتون
Akter/আক্তার/أختر
Sultana/সুলতানা/سلطانة
Khanam/খানম/خانم
Nahar/নাহার/نهار
""")

MD: Final = Part("Md.", "মো.", "محمد")
MST: Final = Part("Mst.", "মোছা.")

HINDU_BOYS: Final = _parts("""
Abir/আবির
Anik/অনিক
Arnab/অর্ণব
Dipto/দীপ্ত
Hridoy/হৃদয়
Joy/জয়
Niloy/নিলয়
Partha/পার্থ
Pritom/প্রীতম
Rudra/রুদ্র
Shuvo/শুভ
Sourav/সৌরভ
Tirtha/তীর্থ
""")
HINDU_GIRLS: Final = _parts("""
Ankita/অঙ্কিতা
Barsha/বর্ষা
Joyita/জয়িতা
Mitu/মিতু
Moumita/মৌমিতা
Prapti/প্রাপ্তি
Puja/পূজা
Riya/রিয়া
Shreya/শ্রেয়া
Sneha/স্নেহা
Tithi/তিথি
""")
HINDU_MEN: Final = _parts("""
Ashish/আশিস
Gopal/গোপাল
Kartik/কার্তিক
Nikhil/নিখিল
Prodip/প্রদীপ
Ratan/রতন
Shyamal/শ্যামল
Subrata/সুব্রত
Tapan/তপন
Uttam/উত্তম
""")
HINDU_WOMEN: Final = _parts("""
Anita Rani/অনিতা রানী
Bina Rani/বীণা রানী
Krishna Rani/কৃষ্ণা রানী
Lakshmi Rani/লক্ষ্মী রানী
Mala Rani/মালা রানী
Rina Rani/রীনা রানী
Shikha Rani/শিখা রানী
Sumitra Rani/সুমিত্রা রানী
""")
HINDU_FAMILIES: Final = _parts("""
Barman/বর্মণ
Bhowmik/ভৌমিক
Biswas/বিশ্বাস
Chakraborty/চক্রবর্তী
Das/দাস
Debnath/দেবনাথ
Dey/দে
Ghosh/ঘোষ
Paul/পাল
Roy/রায়
Saha/সাহা
Sutradhar/সূত্রধর
""")

# Garo families live north of Mymensingh; children bear the name of their mother's house.
GARO_BOYS: Final = _parts("""
Jewel/জুয়েল
Prince/প্রিন্স
Rony/রনি
Sagor/সাগর
""")
GARO_GIRLS: Final = _parts("""
Antora/অন্তরা
Mousumi/মৌসুমী
Sejuti/সেঁজুতি
Sumona/সুমনা
""")
GARO_MEN: Final = _parts("""
Benedict/বেনেডিক্ট
Sylvester/সিলভেস্টার
Probin/প্রবীন
""")
GARO_WOMEN: Final = _parts("""
Nirmala/নির্মলা
Rosalin/রোজালিন
Shefali/শেফালী
""")
GARO_HOUSES: Final = _parts("""
Chisim/চিসিম
Marak/মারাক
Rema/রেমা
Sangma/সাংমা
""")
