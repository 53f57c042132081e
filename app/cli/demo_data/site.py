"""What the demo school tells the public: pages and notices, written in each language for its own readers.

Words in braces are filled with days and numbers in the reader's own writing: `{opens}` and `{closes}` of
admission, `{year}` and `{next}` of the school years, `{exam}`, `{meeting}`, `{victory}`, `{winter}`, `{back}`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.kernel.texts import LocalText


@dataclass(frozen=True, slots=True)
class Text:
    """A page or a notice. `days_ago` counts back from the day of loading; `campus` is the code of one campus."""

    slug: str
    title: LocalText
    content: LocalText
    days_ago: int = 30
    campus: str | None = None


PAGES: Final = (
    Text(
        "about",
        LocalText("About us", "আমাদের কথা", "من نحن"),
        LocalText(
            """
<p>Smart Academy began with one class under a mango tree and a teacher who knew every child's name. Today there are
two campuses, in Mymensingh and in Muktagachha, from Play to Class Ten, and we still know every name.</p>
<h2>How we teach</h2>
<ul><li>We follow the national curriculum, in Bangla, with English from the first year.</li>
<li>A class has one class teacher who answers for it. When your child is away, it is this teacher who asks after
it.</li>
<li>Children read, count, draw, plant and play. Homework is short, so that evenings belong to the family.</li></ul>
<h2>What we ask of families</h2>
<p>Send your child rested and on time, and tell us when something is wrong. The rest is our work.</p>
""",
            """
<p>একটি আমগাছের নিচে একটি শ্রেণি আর একজন শিক্ষক দিয়ে স্মার্ট একাডেমির শুরু; সেই শিক্ষক প্রতিটি শিশুর নাম জানতেন। আজ
ময়মনসিংহ ও মুক্তাগাছায় আমাদের দুটি ক্যাম্পাস, প্লে থেকে দশম শ্রেণি পর্যন্ত। প্রতিটি শিশুর নাম আমরা এখনো জানি।</p>
<h2>আমরা যেভাবে পড়াই</h2>
<ul><li>জাতীয় শিক্ষাক্রম অনুযায়ী বাংলা মাধ্যমে পড়ানো হয়, প্রথম বছর থেকেই ইংরেজি শেখানো হয়।</li>
<li>প্রতিটি শাখায় একজন শ্রেণিশিক্ষক আছেন। আপনার সন্তান না এলে তিনিই খোঁজ নেন।</li>
<li>শিশুরা পড়ে, গোনে, আঁকে, গাছ লাগায়, খেলে। বাড়ির কাজ অল্প, যাতে সন্ধ্যাটা পরিবারের থাকে।</li></ul>
<h2>অভিভাবকের কাছে আমাদের চাওয়া</h2>
<p>সন্তানকে সময়মতো পাঠান, আর কোনো অসুবিধা হলে আমাদের জানান। বাকিটা আমাদের দায়িত্ব।</p>
""",
            """
<p>بدأت سمارت أكاديمي بفصل واحد تحت شجرة مانجو ومعلّم يعرف اسم كل طفل. واليوم لنا فرعان، في ميمنسينغ وفي موكتاغاتشا، من
الروضة إلى الصف العاشر، وما زلنا نعرف كل اسم.</p>
<h2>كيف نُعلِّم</h2>
<ul><li>نتّبع المنهج الوطني باللغة البنغالية، ونعلّم الإنجليزية من السنة الأولى.</li>
<li>لكل شعبة مربي صف مسؤول عنها، وهو الذي يسأل عن طفلكم إذا غاب.</li>
<li>يقرأ الأطفال ويحسبون ويرسمون ويزرعون ويلعبون. والواجبات المنزلية قليلة ليبقى المساء للأسرة.</li></ul>
<h2>ما نرجوه من الأسر</h2>
<p>أرسلوا أطفالكم في الموعد، وأخبرونا إذا حدث أمر ما. والباقي علينا.</p>
""",
        ),
    ),
    Text(
        "rules",
        LocalText("Admission: rules and seats", "ভর্তির নিয়ম ও আসনসংখ্যা", "القبول: الشروط والمقاعد"),
        LocalText(
            """
<p>Applications for the school year {next} are taken from {opens} to {closes}, on this site only. The form takes
about fifteen minutes and may be finished later.</p>
<h2>What you need</h2>
<ul><li>the child's birth certificate with its 17-digit number, as a photo or PDF of up to 5 MB</li>
<li>a recent photo of the child</li>
<li>a mobile number that is yours; it will be your way into the portal</li></ul>
<h2>How places are given</h2>
<ol><li>The office checks every application and asks where something is missing.</li>
<li>For Play to KG we meet the child and a guardian. From Class One on there is a short conversation; nobody
has to sit an examination.</li>
<li>Where there are more children than seats, lots are drawn. Brothers and sisters of our pupils come first.</li>
<li>You are told by e-mail and on the status page. A place is kept for seven days.</li></ol>
<h2>Seats for {next}</h2>
<table><thead><tr><th scope="col">Class</th><th scope="col">Mymensingh</th><th scope="col">Muktagachha</th></tr></thead>
<tbody><tr><th scope="row">Play, Nursery, KG</th><td>40 each</td><td>40 each</td></tr>
<tr><th scope="row">One to Five</th><td>15 each</td><td>20 each</td></tr>
<tr><th scope="row">Six</th><td>30</td><td>20</td></tr>
<tr><th scope="row">Seven to Nine</th><td>10 each</td><td>no seats</td></tr></tbody></table>
<h2>Age</h2>
<p>For Class One a child is at least five and at most seven years old on 1 January. Other classes follow from
it.</p>
""",
            """
<p>{next} শিক্ষাবর্ষের আবেদন {opens} থেকে {closes} পর্যন্ত শুধু এই সাইটে নেওয়া হবে। ফরম পূরণ করতে পনেরো মিনিটের মতো
লাগে; মাঝপথে থামলে পরে শেষ করা যায়।</p>
<h2>যা লাগবে</h2>
<ul><li>সন্তানের জন্মনিবন্ধন সনদ (১৭ অঙ্কের নম্বরসহ), ছবি বা পিডিএফ, সর্বোচ্চ ৫ এমবি</li>
<li>সন্তানের সাম্প্রতিক ছবি</li>
<li>আপনার নিজের মোবাইল নম্বর; পরে এই নম্বর দিয়েই পোর্টালে ঢুকবেন</li></ul>
<h2>আসন যেভাবে দেওয়া হয়</h2>
<ol><li>অফিস প্রতিটি আবেদন দেখে; কিছু বাদ পড়লে জানতে চায়।</li>
<li>প্লে থেকে কেজিতে শিশু ও অভিভাবকের সঙ্গে সাক্ষাৎ হয়। প্রথম শ্রেণি থেকে ছোট একটি আলাপ; কাউকে ভর্তি পরীক্ষা দিতে
হয় না।</li>
<li>আসনের চেয়ে আবেদন বেশি হলে লটারি হয়। আমাদের শিক্ষার্থীদের ভাইবোন অগ্রাধিকার পায়।</li>
<li>ফল ই-মেইলে ও আবেদনের অবস্থার পাতায় জানানো হয়। আসন সাত দিন রাখা থাকে।</li></ol>
<h2>{next} সালের আসন</h2>
<table><thead><tr><th scope="col">শ্রেণি</th><th scope="col">ময়মনসিংহ</th><th scope="col">মুক্তাগাছা</th></tr></thead>
<tbody><tr><th scope="row">প্লে, নার্সারি, কেজি</th><td>প্রতিটিতে ৪০</td><td>প্রতিটিতে ৪০</td></tr>
<tr><th scope="row">প্রথম থেকে পঞ্চম</th><td>প্রতিটিতে ১৫</td><td>প্রতিটিতে ২০</td></tr>
<tr><th scope="row">ষষ্ঠ</th><td>৩০</td><td>২০</td></tr>
<tr><th scope="row">সপ্তম থেকে নবম</th><td>প্রতিটিতে ১০</td><td>আসন নেই</td></tr></tbody></table>
<h2>বয়স</h2>
<p>প্রথম শ্রেণির জন্য ১ জানুয়ারিতে বয়স কমপক্ষে পাঁচ ও সর্বোচ্চ সাত বছর হতে হবে। অন্য শ্রেণির বয়স সেই হিসাবে।</p>
""",
            """
<p>تُقبل طلبات العام الدراسي {next} من {opens} إلى {closes} عبر هذا الموقع فقط. يستغرق ملء النموذج نحو خمس عشرة دقيقة،
ويمكن إكماله لاحقًا.</p>
<h2>ما تحتاجون إليه</h2>
<ul><li>شهادة ميلاد الطفل برقمها المكوّن من 17 خانة، صورةً أو ملف PDF لا يزيد على 5 ميغابايت</li>
<li>صورة حديثة للطفل</li>
<li>رقم هاتف محمول يخصّكم؛ به تدخلون إلى البوابة لاحقًا</li></ul>
<h2>كيف تُوزَّع المقاعد</h2>
<ol><li>تراجع الإدارة كل طلب وتسأل إن نقص شيء.</li>
<li>في مراحل الروضة نلتقي الطفل ووليّ أمره. ومن الصف الأول تكون محادثة قصيرة، ولا يُجرى لأحد امتحان قبول.</li>
<li>إذا زاد عدد الأطفال على المقاعد أُجريت قرعة. ولإخوة طلابنا الأولوية.</li>
<li>تُبلَّغون بالبريد الإلكتروني وفي صفحة حالة الطلب. ويُحفظ المقعد سبعة أيام.</li></ol>
<h2>مقاعد عام {next}</h2>
<table><thead><tr><th scope="col">الصف</th><th scope="col">ميمنسينغ</th><th scope="col">موكتاغاتشا</th></tr></thead>
<tbody><tr><th scope="row">الروضة بمراحلها</th><td>40 لكل مرحلة</td><td>40 لكل مرحلة</td></tr>
<tr><th scope="row">الأول إلى الخامس</th><td>15 لكل صف</td><td>20 لكل صف</td></tr>
<tr><th scope="row">السادس</th><td>30</td><td>20</td></tr>
<tr><th scope="row">السابع إلى التاسع</th><td>10 لكل صف</td><td>لا مقاعد</td></tr></tbody></table>
<h2>العمر</h2>
<p>للصف الأول: ألّا يقلّ عمر الطفل في 1 يناير عن خمس سنوات وألّا يزيد على سبع. وتُحسب بقية الصفوف على ذلك.</p>
""",
        ),
    ),
    Text(
        "contact",
        LocalText("Contact", "যোগাযোগ", "اتصل بنا"),
        LocalText(
            """
<h2>Mymensingh campus</h2>
<p>12 Kachari Road, Mymensingh 2200<br>Phone <a href="tel:+8801700000900">01700-000900</a><br>
E-mail <a href="mailto:office@smart-academy.example">office@smart-academy.example</a></p>
<h2>Muktagachha campus</h2>
<p>Atani Bazar Road, Muktagachha, Mymensingh 2210<br>Phone <a href="tel:+8801700000901">01700-000901</a><br>
E-mail <a href="mailto:muktagachha@smart-academy.example">muktagachha@smart-academy.example</a></p>
<h2>Office hours</h2>
<p>Sunday to Thursday, 9 in the morning to 4 in the afternoon. On Fridays, Saturdays and holidays the office is
closed.</p>
<p>Is your child ill? Call the class teacher before nine o'clock, or leave word at the office.</p>
""",
            """
<h2>ময়মনসিংহ ক্যাম্পাস</h2>
<p>১২ কাচারি রোড, ময়মনসিংহ ২২০০<br>ফোন <a href="tel:+8801700000900">০১৭০০-০০০৯০০</a><br>
ই-মেইল <a href="mailto:office@smart-academy.example">office@smart-academy.example</a></p>
<h2>মুক্তাগাছা ক্যাম্পাস</h2>
<p>আটানি বাজার রোড, মুক্তাগাছা, ময়মনসিংহ ২২১০<br>ফোন <a href="tel:+8801700000901">০১৭০০-০০০৯০১</a><br>
ই-মেইল <a href="mailto:muktagachha@smart-academy.example">muktagachha@smart-academy.example</a></p>
<h2>অফিসের সময়</h2>
<p>রবি থেকে বৃহস্পতিবার, সকাল ৯টা থেকে বিকেল ৪টা। শুক্র, শনি ও ছুটির দিনে অফিস বন্ধ থাকে।</p>
<p>সন্তান অসুস্থ? সকাল নয়টার আগে শ্রেণিশিক্ষককে ফোন করুন, অথবা অফিসে জানিয়ে রাখুন।</p>
""",
            """
<h2>فرع ميمنسينغ</h2>
<p>12 طريق كاتشاري، ميمنسينغ 2200<br>الهاتف <a href="tel:+8801700000900" dir="ltr">01700-000900</a><br>
البريد <a href="mailto:office@smart-academy.example" dir="ltr">office@smart-academy.example</a></p>
<h2>فرع موكتاغاتشا</h2>
<p>طريق سوق آتاني، موكتاغاتشا، ميمنسينغ 2210<br>الهاتف <a href="tel:+8801700000901" dir="ltr">01700-000901</a><br>
البريد <a href="mailto:muktagachha@smart-academy.example" dir="ltr">muktagachha@smart-academy.example</a></p>
<h2>أوقات دوام الإدارة</h2>
<p>من الأحد إلى الخميس، من التاسعة صباحًا إلى الرابعة عصرًا. وتُغلق الإدارة يومي الجمعة والسبت وأيام العطل.</p>
<p>طفلكم مريض؟ اتصلوا بمربي الصف قبل التاسعة، أو اتركوا خبرًا لدى الإدارة.</p>
""",
        ),
    ),
)

NOTICES: Final = (
    Text(
        "annual-examination",
        LocalText(
            "The timetable of the annual examination is out",
            "বার্ষিক পরীক্ষার সময়সূচি প্রকাশিত",
            "صدر جدول الامتحان السنوي",
        ),
        LocalText(
            """
The annual examination of Classes One to Nine begins on {exam}. The timetable hangs on the board of each classroom, and
every child takes a copy home.

- Come twenty minutes before the paper begins.
- Pens, a ruler and a water bottle are allowed. Phones stay at home.
- Whoever is ill calls the class teacher the same morning; the paper is written later.
""",
            """
প্রথম থেকে নবম শ্রেণির বার্ষিক পরীক্ষা {exam} শুরু হবে। প্রতিটি শ্রেণিকক্ষের বোর্ডে সময়সূচি টাঙানো আছে, আর প্রত্যেক
শিক্ষার্থী একটি করে কপি বাড়ি নিয়ে যাবে।

- পরীক্ষা শুরুর বিশ মিনিট আগে আসতে হবে।
- কলম, স্কেল ও পানির বোতল আনা যাবে। ফোন বাড়িতে থাকবে।
- কেউ অসুস্থ হলে সেদিন সকালেই শ্রেণিশিক্ষককে জানাবেন; পরীক্ষাটি পরে নেওয়া হবে।
""",
            """
يبدأ الامتحان السنوي للصفوف من الأول إلى التاسع في {exam}. الجدول معلّق على لوحة كل فصل، ويأخذ كل طالب نسخة إلى
البيت.

- الحضور قبل بدء الورقة بعشرين دقيقة.
- يُسمح بالأقلام والمسطرة وقارورة الماء، وتبقى الهواتف في البيت.
- من مرض فليتصل بمربي الصف في الصباح نفسه، وتُعاد له الورقة لاحقًا.
""",
        ),
        1,
    ),
    Text(
        "guardians-meeting",
        LocalText("Guardians' meeting", "অভিভাবক সভা", "اجتماع أولياء الأمور"),
        LocalText(
            """
On {meeting} at three in the afternoon we meet the guardians of all classes in the hall of the Mymensingh campus. We
talk about the year that ends, the examination, and next year's books.

Class teachers are in their rooms until five. If you cannot come, ask for another day.
""",
            """
{meeting} বিকেল তিনটায় ময়মনসিংহ ক্যাম্পাসের মিলনায়তনে সব শ্রেণির অভিভাবকদের সভা। ফেলে আসা বছর, বার্ষিক পরীক্ষা আর
আগামী বছরের বই নিয়ে কথা হবে।

শ্রেণিশিক্ষকেরা পাঁচটা পর্যন্ত নিজ নিজ কক্ষে থাকবেন। আসতে না পারলে অন্য একটি দিন চেয়ে নিন।
""",
            """
نلتقي أولياء أمور جميع الصفوف في {meeting} الساعة الثالثة عصرًا في قاعة فرع ميمنسينغ. نتحدث عن العام المنتهي
والامتحان وكتب العام المقبل.

يبقى مربو الصفوف في فصولهم حتى الخامسة. ومن تعذّر عليه الحضور فليطلب يومًا آخر.
""",
        ),
        2,
    ),
    Text(
        "winter-hours",
        LocalText(
            "Winter hours: school begins at 8:30",
            "শীতকালীন সময়: ক্লাস শুরু সকাল ৮:৩০",
            "مواعيد الشتاء: تبدأ الدراسة الساعة 8:30",
        ),
        LocalText(
            """
Mornings are getting cold and foggy. From {exam} until the end of January lessons begin at 8:30, half an hour later
than usual, and end at the usual time. The gates open at 8:00.

A warm jumper of any dark colour may be worn over the uniform.
""",
            """
সকালে শীত আর কুয়াশা বাড়ছে। {exam} থেকে জানুয়ারির শেষ পর্যন্ত ক্লাস শুরু হবে সকাল ৮:৩০-এ, অর্থাৎ আধা ঘণ্টা পরে; ছুটি হবে
আগের সময়েই। ফটক খোলা হবে ৮টায়।

ইউনিফর্মের ওপর গাঢ় রঙের যেকোনো সোয়েটার পরা যাবে।
""",
            """
الصباح يزداد بردًا وضبابًا. من {exam} حتى نهاية يناير تبدأ الدروس الساعة 8:30، أي متأخرة نصف ساعة، وتنتهي في موعدها
المعتاد. وتُفتح البوابات الساعة 8:00.

يجوز لبس سترة دافئة داكنة اللون فوق الزي المدرسي.
""",
        ),
        5,
    ),
    Text(
        "library-books",
        LocalText(
            "Three hundred new books in the library",
            "পাঠাগারে এল তিনশ নতুন বই",
            "ثلاثمئة كتاب جديد في المكتبة",
        ),
        LocalText(
            """
Stories, science, lives of people: three hundred books have come, most of them in Bangla, some in English and Arabic.
They can be borrowed on Thursdays after tiffin, two at a time, for a fortnight.
""",
            """
গল্প, বিজ্ঞান আর জীবনী মিলিয়ে তিনশ বই এসেছে; বেশির ভাগ বাংলা, কিছু ইংরেজি ও আরবি। প্রতি বৃহস্পতিবার টিফিনের পর একসঙ্গে
দুটি বই দুই সপ্তাহের জন্য নেওয়া যাবে।
""",
            """
وصل إلى المكتبة ثلاثمئة كتاب من القصص والعلوم والسير، أكثرها بالبنغالية وبعضها بالإنجليزية والعربية. تُعار كل يوم خميس
بعد الفسحة، كتابان في المرة لمدة أسبوعين.
""",
        ),
        8,
    ),
    Text(
        "admission-open",
        LocalText("Admission for {next} is open", "{next} শিক্ষাবর্ষে ভর্তি শুরু", "فُتح باب القبول لعام {next}"),
        LocalText(
            """
From {opens} to {closes} families can apply for a place from Play to Class Nine. The form is on this site, in Bangla,
English and Arabic, and works on any phone. There is no need to come to the office.

Rules and seats stand on the page <a href="/en/pages/rules">Admission: rules and seats</a>.
""",
            """
প্লে থেকে নবম শ্রেণিতে ভর্তির আবেদন নেওয়া হবে {opens} থেকে {closes} পর্যন্ত। ফরম এই সাইটেই আছে, বাংলা, ইংরেজি ও আরবিতে;
যেকোনো ফোন থেকে পূরণ করা যায়। অফিসে আসার দরকার নেই।

নিয়ম ও আসনসংখ্যা আছে <a href="/bn/pages/rules">ভর্তির নিয়ম ও আসনসংখ্যা</a> পাতায়।
""",
            """
من {opens} إلى {closes} تستطيع الأسر التقدّم بطلب مقعد من الروضة إلى الصف التاسع. النموذج في هذا الموقع بالبنغالية
والإنجليزية والعربية، ويعمل على أي هاتف. ولا حاجة إلى الحضور إلى الإدارة.

الشروط والمقاعد في صفحة <a href="/ar/pages/rules">القبول: الشروط والمقاعد</a>.
""",
        ),
        19,
    ),
    Text(
        "pitha-festival",
        LocalText("Pitha festival in Muktagachha", "মুক্তাগাছায় পিঠা উৎসব", "مهرجان الفطائر في موكتاغاتشا"),
        LocalText(
            """
New rice is in. On the Thursday before the winter holiday the Muktagachha campus bakes: bhapa, chitoi, patishapta, and
whatever grandmothers bring. Families are welcome from ten o'clock. What is sold pays for seedlings for the school
garden.
""",
            """
নতুন ধান উঠেছে। শীতের ছুটির আগের বৃহস্পতিবার মুক্তাগাছা ক্যাম্পাসে পিঠা উৎসব: ভাপা, চিতই, পাটিসাপটা, আর দাদি-নানিরা যা
আনেন। সকাল দশটা থেকে সব পরিবারের নিমন্ত্রণ। বিক্রির টাকায় স্কুলের বাগানের চারা কেনা হবে।
""",
            """
حلّ موسم الأرز الجديد. في الخميس السابق لعطلة الشتاء يخبز فرع موكتاغاتشا أنواع فطائر الأرز، ومعها ما تجلبه الجدّات.
الأسر مدعوّة من الساعة العاشرة، ويُشترى بثمن ما يُباع شتلات لحديقة المدرسة.
""",
        ),
        12,
        "MUK",
    ),
    Text(
        "victory-day",
        LocalText("Victory Day at the school", "বিদ্যালয়ে বিজয় দিবস", "يوم النصر في المدرسة"),
        LocalText(
            """
On {victory} the flag is raised at seven in the morning at both campuses. Songs, a play by Class Eight, and races for
the little ones follow until noon. There are no lessons on this day; everybody is invited.
""",
            """
{victory} সকাল সাতটায় দুই ক্যাম্পাসে জাতীয় পতাকা উত্তোলন। এরপর গান, অষ্টম শ্রেণির নাটক আর ছোটদের দৌড়, দুপুর পর্যন্ত।
এদিন ক্লাস নেই; সবার নিমন্ত্রণ।
""",
            """
في {victory} يُرفع العلم الساعة السابعة صباحًا في الفرعين. ثم أناشيد ومسرحية لطلاب الصف الثامن وسباقات للصغار حتى
الظهر. لا دروس في هذا اليوم، والجميع مدعوّون.
""",
        ),
        4,
    ),
    Text(
        "winter-holiday",
        LocalText("Winter holiday", "শীতকালীন ছুটি", "عطلة الشتاء"),
        LocalText(
            """
The school is closed for the winter holiday from {winter} to {back}. Results are given out before it, and the office
answers the phone until noon on working days.

Lessons of the new year begin with the book festival on the first of January.
""",
            """
শীতকালীন ছুটিতে বিদ্যালয় {winter} থেকে {back} পর্যন্ত বন্ধ থাকবে। ফল ছুটির আগেই দেওয়া হবে; কর্মদিবসে দুপুর পর্যন্ত অফিসে
ফোন ধরা হবে।

পয়লা জানুয়ারি বই উৎসবের মধ্য দিয়ে নতুন বছরের ক্লাস শুরু হবে।
""",
            """
تُغلق المدرسة في عطلة الشتاء من {winter} إلى {back}. تُوزَّع النتائج قبلها، وتردّ الإدارة على الهاتف حتى الظهر في أيام
العمل.

تبدأ دروس العام الجديد بمهرجان الكتاب في الأول من يناير.
""",
        ),
        3,
    ),
)
