import { describe, expect, it } from 'vitest';
import { garbage, usable } from '../../src/readers/mojibake.ts';

const EN =
  'The index of a system holds every term and where it stands, so that a question finds its passage. Restore the latest backup before you start the service again, and wait until every node has answered twice.';
const ZH =
  '数据库的配置参数说明：系统启动时会读取配置文件，如果文件不存在，则使用默认值。请在升级之前备份全部数据，并等待所有节点恢复正常。';
const TW =
  '資料庫的設定參數說明：系統啟動時會讀取設定檔，如果檔案不存在，則使用預設值。請在升級之前備份全部資料，並等待所有節點恢復正常。';
const RU =
  'Перед обновлением сделайте резервную копию всех данных и дождитесь, пока все узлы снова ответят на запросы системы.';

const REAL: Record<string, string> = {
  EN,
  ZH,
  TW,
  RU,
  japanese:
    'データベースの設定パラメータについて説明します。起動時に設定ファイルを読み込み、存在しない場合は既定値を使用します。',
  korean:
    '데이터베이스의 설정 매개변수를 설명합니다. 시스템이 시작될 때 설정 파일을 읽고 파일이 없으면 기본값을 사용합니다.',
  thai: 'ระบบจะอ่านไฟล์การตั้งค่าเมื่อเริ่มทำงาน หากไม่มีไฟล์ดังกล่าว ระบบจะใช้ค่าเริ่มต้น โปรดสำรองข้อมูลทั้งหมดก่อนอัปเกรด',
  arabic:
    'يقرأ النظام ملف الإعدادات عند بدء التشغيل، وإذا لم يكن الملف موجودا فإنه يستخدم القيم الافتراضية. انسخ جميع البيانات قبل الترقية.',
  hebrew:
    'המערכת קוראת את קובץ ההגדרות בעת ההפעלה, ואם הקובץ אינו קיים היא משתמשת בערכי ברירת המחדל. גבו את כל הנתונים לפני השדרוג.',
  hindi: 'सिस्टम शुरू होने पर कॉन्फ़िगरेशन फ़ाइल पढ़ता है और यदि फ़ाइल मौजूद नहीं है तो डिफ़ॉल्ट मानों का उपयोग करता है।',
  vietnamese:
    'Hệ thống đọc tệp cấu hình khi khởi động; nếu tệp không tồn tại thì sử dụng các giá trị mặc định. Hãy sao lưu toàn bộ dữ liệu trước khi nâng cấp và chờ tất cả các nút hoạt động trở lại.',
  polish:
    'Przed aktualizacją należy wykonać kopię zapasową wszystkich danych i poczekać, aż każdy węzeł odpowie. Źdźbło trawy, chrząszcz brzmi w trzcinie, wszczęcie postępowania.',
  icelandic:
    'Kerfið les stillingaskrána þegar það er ræst; ef skráin er ekki til eru sjálfgefin gildi notuð. Afritið öll gögn áður en uppfært er og bíðið þar til allir hnútar svara.',
  finnish:
    'Järjestelmä lukee asetustiedoston käynnistyessään; ellei tiedostoa ole, käytetään oletusarvoja. Varmuuskopioi kaikki tiedot.',
  pinyin:
    'Zhōngguó de shǒudū shì Běijīng, yǒu liǎng qiān duō nián de lìshǐ, měi nián yǒu xǔduō yóukè lái zhèlǐ cānguān.',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code in the text
  code: 'for (const [key, value] of Object.entries(options)) { if (!value) continue; out.push(`--${key}`); }\nint main(int argc, char **argv) { return fprintf(stderr, "%s: %d\\n", argv[0], errno); }',
  numbers: Array.from({ length: 40 }, (_, i) => `${i * 37} ${i * 1.5}% (${i}) $${i * 99}.00`).join('\n'),
  formula: '∑_{i=1}^{n} α_i x_i² ≤ ∫_0^∞ f(x) dx, ∀ε>0 ∃δ>0: |x−y|<δ ⇒ |f(x)−f(y)|<ε; λ = σ²/(μ+ρ)·∂L/∂θ',
  grades: Array.from({ length: 60 }, (_, i) => `${'ABCDF'[i % 5]} ${'XYZ'[i % 3]} ${'QRK'[i % 3]}`).join('\n'),
  contents: 'Preface ................ 3\nInstallation ……………………… 12\nUpgrade ············ 15',
  identifiers: 'ABC-1234-XZ QRT-5521-PL WFH-9981-KK DCX-1123-TT LLP-4456-RS MNB-7781-VV GHT-2210-ZX PLK-9090-JJ',
  'mixed Chinese and English':
    '在 Kubernetes 上部署 TiDB 时，TiKV 的 PVC 需要 SSD；使用 kubectl get pods -n tidb 查看 Pod 状态，并用 helm upgrade 升级。',
};

const permuted = (text: string) =>
  text.toLowerCase().replace(/[a-z]/g, (letter) => 'qkxwzjvbhgfdmpnsrtlcyuoiea'.charAt(letter.charCodeAt(0) - 97));
const shifted = (text: string) =>
  [...text].map((letter) => (letter === ' ' ? ' ' : String.fromCharCode(letter.charCodeAt(0) - 29))).join('');
const utf8 = new TextEncoder();
const as = (encoding: string, text: string) => new TextDecoder(encoding).decode(utf8.encode(text));
const gb = (text: string) => {
  const pairs = new Map<string, number[]>();
  const decoder = new TextDecoder('gbk');
  for (let lead = 0xb0; lead < 0xf8; lead++)
    for (let trail = 0xa1; trail < 0xff; trail++)
      pairs.set(decoder.decode(new Uint8Array([lead, trail])), [lead, trail]);
  return Buffer.from([...text].flatMap((letter) => pairs.get(letter) ?? []));
};

const GARBAGE: Record<string, [string, string]> = {
  'replacement characters': ['\ufffd\ufffd\ufffd the \ufffd\ufffd\ufffd\ufffd', 'unmapped'],
  'private use': [[...EN].map((letter) => String.fromCharCode(0xf000 + letter.charCodeAt(0))).join(''), 'unmapped'],
  'glyph numbers': [Array.from({ length: 60 }, (_, i) => String.fromCharCode(1 + (i % 28))).join(''), 'unmapped'],
  'UTF-8 Chinese as Latin': [as('windows-1252', ZH), ''],
  'GBK Chinese as Latin': [gb(ZH).toString('latin1'), 'wrong encoding'],
  'Cyrillic as Latin': [
    [...RU].map((c) => (c > 'z' ? String.fromCharCode((c.charCodeAt(0) - 0x350) & 0xff) : c)).join(''),
    'wrong encoding',
  ],
  'UTF-8 Chinese as GBK': [as('gbk', ZH), 'unusual characters'],
  'UTF-8 Chinese as Big5': [as('big5', ZH), ''],
  'a permuted alphabet': [permuted(EN), 'scrambled letters'],
  'a shifted alphabet': [shifted(EN), 'scrambled letters'],
  'glyph numbers as code points': [
    Array.from({ length: 200 }, (_, i) => String.fromCharCode(0x100 + ((i * 7919) % 0x1500))).join(''),
    '',
  ],
  'spaced letters': [[...EN].join(' '), 'spaced letters'],
  symbols: ['!"#$%&\'() *)(&%$ ;:<=>?@ [\\]^`{|}~ &%$/() ?@[ {}~^ :;<> $%&', 'symbols'],
};

describe('text layer', () => {
  for (const [name, text] of Object.entries(REAL))
    it(`of ${name} is usable`, () => expect(garbage(text)).toBeUndefined());

  for (const [name, [text, reason]] of Object.entries(GARBAGE))
    it(`of ${name} is garbage`, () => {
      expect(usable(text)).toBe(false);
      if (reason !== '') expect(garbage(text)).toBe(reason);
    });

  it('is usable where there is too little to judge', () => {
    for (const text of ['', '3', 'xii', 'Fig. 2', '图 3', 'QRS']) expect(garbage(text)).toBeUndefined();
  });

  it('is usable with a few symbols of a font without names', () => {
    expect(garbage(`\uf0b7 ${EN}\n\uf0b7 ${EN}`)).toBeUndefined();
  });
});
