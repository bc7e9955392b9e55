/* text/language.c. The sentences are our own. */
#include "../test.h"

#include "copydesk/language.h"

#include "../../worker/text/language_words.h"

static void expect_language(const char *text, const char *language)
{
    float confidence = -1;
    const char *found = cd_detect_language(cd_slice_of(text), &confidence);
    if (strcmp(found, language) != 0)
        test_fail("\"%.60s\" is taken for %s, not %s (%.2f)", text, found, language, (double)confidence);
    else if (confidence < 0 || confidence > 1)
        test_fail("the confidence of \"%.60s\" is %f", text, (double)confidence);
}

static void the_table_is_sorted(void)
{
    for (size_t i = 1; i < FUNCTION_WORDS; i++) {
        int order = memcmp(function_words[i - 1].word, function_words[i].word, FUNCTION_WORD_BYTES_MAX);
        EXPECT(order < 0 || (order == 0 && function_words[i - 1].language != function_words[i].language));
    }
}

static void scripts_tell_most_languages(void)
{
    expect_language("Το κοινοβούλιο ψήφισε χθες τον νέο νόμο.", "el");
    expect_language("הכנסת אישרה אתמול את החוק החדש.", "he");
    expect_language("وافق البرلمان أمس على القانون الجديد بعد نقاش طويل.", "ar");
    expect_language("مجلس دیروز پس از بحث طولانی قانون جدید را تصویب کرد و گفت که این کار لازم است.", "fa");
    expect_language("संसद ने कल नए कानून को मंजूरी दे दी।", "hi");
    expect_language("รัฐสภาอนุมัติกฎหมายใหม่เมื่อวานนี้", "th");
    expect_language("국회는 어제 새로운 법을 승인했다.", "ko");
    expect_language("議会は昨日、新しい法律を承認した。", "ja");
    expect_language("议会昨天批准了新的法律。", "zh");
    expect_language("公司 Acme 昨天发布了新产品 X200", "zh");
}

static void cyrillic_languages_are_told_apart(void)
{
    expect_language("Парламент вчера одобрил новый закон, и это было ожидаемо.", "ru");
    expect_language("Парламент учора схвалив новий закон, і це було очікувано.", "uk");
    expect_language("Парламентът вчера одобри новия закон, което беше очаквано от всички.", "bg");
    expect_language("Скупштина је јуче усвојила нови закон, што је било очекивано.", "sr");
}

static void latin_languages_are_told_apart(void)
{
    expect_language("The parliament approved the new law on Tuesday after a long debate.", "en");
    expect_language("Das Parlament hat am Dienstag nach langer Debatte das neue Gesetz gebilligt.", "de");
    expect_language("Le parlement a approuvé mardi la nouvelle loi après un long débat.", "fr");
    expect_language("El parlamento aprobó el martes la nueva ley después de un largo debate.", "es");
    expect_language("Il parlamento ha approvato martedì la nuova legge dopo un lungo dibattito.", "it");
    expect_language("O parlamento aprovou na terça-feira a nova lei depois de um longo debate.", "pt");
    expect_language("Het parlement heeft dinsdag na een lang debat de nieuwe wet goedgekeurd.", "nl");
    expect_language("Riksdagen godkände på tisdagen den nya lagen efter en lång debatt och många frågor.",
                    "sv");
    expect_language(
        "Folketinget har tirsdag godkendt den nye lov efter en lang debat, siger ministeren, som er glad "
        "for det og blev rost af alle.",
        "da");
    expect_language(
        "Stortinget har tirsdag godkjent den nye loven etter en lang debatt, sier statsråden, som ble rost "
        "av alle.",
        "no");
    expect_language(
        "Eduskunta hyväksyi tiistaina uuden lain, ja ministeri on tyytyväinen, mutta ei yllättynyt.", "fi");
    expect_language("Sejm przyjął we wtorek nową ustawę po długiej debacie, która nie była łatwa.", "pl");
    expect_language("Parlament v úterý schválil nový zákon po dlouhé debatě, která nebyla snadná.", "cs");
    expect_language("Parlamentul a aprobat marți noua lege după o dezbatere lungă, care nu a fost ușoară.",
                    "ro");
    expect_language("A parlament kedden hosszú vita után elfogadta az új törvényt, és ez nem volt könnyű.",
                    "hu");
    expect_language("Meclis salı günü uzun bir tartışmadan sonra yeni yasayı onayladı ve bu kolay olmadı.",
                    "tr");
    expect_language("Parlemen pada hari Selasa menyetujui undang-undang baru itu setelah debat yang panjang.",
                    "id");
    expect_language("Quốc hội hôm thứ Ba đã thông qua luật mới sau một cuộc tranh luận dài.", "vi");
}

static void english_news_with_foreign_names_stays_english(void)
{
    expect_language(
        "São Paulo mayor João Conceição met José Peña and François Hébert in Besançon, where \"la vie est "
        "belle\" was on the wall, a spokesman for the city said.",
        "en");
    expect_language("Erdoğan meets Løkke Rasmussen in Malmö over Türkiye deal", "en");
    expect_language("Der Spiegel and Die Zeit reported the resignation of the minister", "en");
}

static void capitals_make_no_difference(void)
{
    expect_language("THE PRESIDENT SAID ON MONDAY THAT HE WOULD NOT SIGN THE BILL", "en");
    expect_language("DIE REGIERUNG HAT AM MONTAG ÜBER DAS GESETZ BERATEN", "de");
    expect_language("ПАРЛАМЕНТ ВЧЕРА ОДОБРИЛ НОВЫЙ ЗАКОН", "ru");
}

static void short_headlines_are_english_without_other_evidence(void)
{
    expect_language("Fed raises rates", "en");
    expect_language("Storm hits coast", "en");
    expect_language("Arsenal 2-1 Chelsea", "en");
    expect_language("Breaking", "en");
}

static void no_letters_are_undecided(void)
{
    expect_language("", "und");
    expect_language("12:30 - 3.5 % ...", "und");
}

static void longer_texts_are_surer(void)
{
    float few, many;
    cd_detect_language(cd_slice_of("Fed mulls hike"), &few);
    cd_detect_language(
        cd_slice_of("The bank said on Monday that it would raise its rates for the first time in a year, and "
                    "that it was not done with it."),
        &many);
    EXPECT(few < many && many > 0.8F);
}

int main(void)
{
    TEST(the_table_is_sorted);
    TEST(scripts_tell_most_languages);
    TEST(cyrillic_languages_are_told_apart);
    TEST(latin_languages_are_told_apart);
    TEST(english_news_with_foreign_names_stays_english);
    TEST(capitals_make_no_difference);
    TEST(short_headlines_are_english_without_other_evidence);
    TEST(no_letters_are_undecided);
    TEST(longer_texts_are_surer);
    return TEST_RESULT();
}
