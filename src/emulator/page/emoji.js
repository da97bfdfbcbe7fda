// Short codes of a common set. Frequent ones have a small drawing of our own, so that they look the same on a machine
// without an emoji font; the others use the character; an unknown code stays as text, as in Slack.
import { h, svg } from './dom.js';

const TABLE = `
smile 😄|smiley 😃|grin 😁|joy 😂|slightly_smiling_face 🙂|wink 😉|blush 😊|thinking_face 🤔|neutral_face 😐|sweat_smile 😅
sunglasses 😎|cry 😢|scream 😱|sleeping 😴|exploding_head 🤯|nerd_face 🤓|saluting_face 🫡|robot_face 🤖|ghost 👻|skull 💀
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|clap 👏|raised_hands 🙌|pray 🙏|wave 👋|muscle 💪|eyes 👀|point_right 👉
point_up 👆|point_down 👇|heart ❤️|broken_heart 💔|fire 🔥|sparkles ✨|star ⭐|tada 🎉|rocket 🚀|boom 💥|100 💯|zap ⚡
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|warning ⚠️|no_entry ⛔
no_entry_sign 🚫|rotating_light 🚨|bangbang ‼️|exclamation ❗|question ❓|information_source ℹ️|bulb 💡|mag 🔍|mag_right 🔎
red_circle 🔴|large_orange_circle 🟠|orange_circle 🟠|large_yellow_circle 🟡|yellow_circle 🟡|large_green_circle 🟢|green_circle 🟢
large_blue_circle 🔵|blue_circle 🔵|large_purple_circle 🟣|white_circle ⚪|black_circle ⚫|large_red_square 🟥|large_green_square 🟩
bar_chart 📊|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|moneybag 💰|dollar 💵|money_with_wings 💸|credit_card 💳
calendar 📅|date 📅|spiral_calendar_pad 🗓️|clock3 🕒|hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|alarm_clock ⏰
wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|gear ⚙️|nut_and_bolt 🔩|lock 🔒|unlock 🔓|key 🔑|link 🔗|paperclip 📎|pushpin 📌
clipboard 📋|memo 📝|page_facing_up 📄|books 📚|book 📖|file_folder 📁|inbox_tray 📥|outbox_tray 📤|package 📦|floppy_disk 💾
computer 💻|desktop_computer 🖥️|satellite 📡|electric_plug 🔌|battery 🔋|thermometer 🌡️|microscope 🔬|test_tube 🧪|brain 🧠
bell 🔔|no_bell 🔕|speech_balloon 💬|mega 📣|loudspeaker 📢|email 📧|envelope ✉️|phone ☎️|bug 🐛|ant 🐜|snail 🐌|turtle 🐢
cloud ☁️|sunny ☀️|rainbow 🌈|snowflake ❄️|ocean 🌊|seedling 🌱|evergreen_tree 🌲|earth_africa 🌍|globe_with_meridians 🌐
arrow_up ⬆️|arrow_down ⬇️|arrow_right ➡️|arrow_left ⬅️|arrow_upper_right ↗️|arrow_lower_right ↘️|small_red_triangle 🔺
small_red_triangle_down 🔻|repeat 🔁|arrows_counterclockwise 🔄|heavy_plus_sign ➕|heavy_minus_sign ➖|checkered_flag 🏁
triangular_flag_on_post 🚩|trophy 🏆|medal 🏅|dart 🎯|game_die 🎲|coffee ☕|beers 🍻|pizza 🍕|cake 🍰|birthday 🎂|construction 🚧
ghost 👻|shield 🛡️|ship 🚢|airplane ✈️|hospital 🏥|ambulance 🚑|fire_engine 🚒|detective 🕵️|technologist 🧑‍💻`;

const CHARS = new Map(TABLE.trim().split(/[|\n]/).map((pair) => {
  const cut = pair.indexOf(' ');
  return [pair.slice(0, cut), pair.slice(cut + 1)];
}));

export const emojiNames = [...CHARS.keys()];
export const QUICK = ['white_check_mark', '+1', 'eyes', 'tada', 'warning', 'question'];
export const PICKER = [...QUICK, '-1', 'x', 'fire', 'bulb', 'rotating_light', 'bar_chart', 'chart_with_upwards_trend',
  'moneybag', 'heart', 'star', 'red_circle', 'large_green_circle'];

const disc = (fill) => [['circle', { cx: 10, cy: 10, r: 8, fill }]];
const stroke = (d, colour, width = 2) => ['path',
  { d, fill: 'none', stroke: colour, 'stroke-width': width, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }];
const fill = (d, colour) => ['path', { d, fill: colour }];
const THUMB = 'M6 9 9.4 2.6c1.8 0 2.6 1.1 2.3 2.7L11.2 8h4.7c1.3 0 2 1 1.7 2.1l-1.5 6c-.3 1-.9 1.5-1.9 1.5H6zM2.4 9h2.8v8.6H2.4z';
const tile = (colour) => ['rect', { x: 2, y: 2, width: 16, height: 16, rx: 3.6, fill: colour }];

const ART = {
  white_check_mark: [tile('#2ea664'), stroke('M5.8 10.4l3 3 5.6-6.6', '#fff', 2.4)],
  heavy_check_mark: [stroke('M3.6 10.8l4.2 4.2 8.6-10', '#2ea664', 3)],
  x: [stroke('M4.6 4.6l10.8 10.8M15.4 4.6 4.6 15.4', '#dd3b4b', 3.2)],
  warning: [fill('M10 2 18.8 17.4H1.2z', '#f5b52e'), stroke('M10 8v4M10 14.7v.1', '#3d2a00', 2)],
  red_circle: disc('#dd3b4b'), large_orange_circle: disc('#f08a24'), orange_circle: disc('#f08a24'),
  large_yellow_circle: disc('#f2c230'), yellow_circle: disc('#f2c230'), large_green_circle: disc('#2ea664'),
  green_circle: disc('#2ea664'), large_blue_circle: disc('#3684d8'), blue_circle: disc('#3684d8'),
  white_circle: [['circle', { cx: 10, cy: 10, r: 7.5, fill: '#fff', stroke: '#b8b5bd' }]], black_circle: disc('#2c2b30'),
  '+1': [fill(THUMB, '#f5bd38')], thumbsup: [fill(THUMB, '#f5bd38')],
  '-1': [['path', { d: THUMB, fill: '#f5bd38', transform: 'rotate(180 10 10)' }]],
  thumbsdown: [['path', { d: THUMB, fill: '#f5bd38', transform: 'rotate(180 10 10)' }]],
  eyes: [['ellipse', { cx: 6, cy: 10, rx: 3.6, ry: 5, fill: '#fff', stroke: '#8d8893' }],
    ['ellipse', { cx: 14, cy: 10, rx: 3.6, ry: 5, fill: '#fff', stroke: '#8d8893' }],
    ['circle', { cx: 5.2, cy: 10.6, r: 1.7, fill: '#2c2b30' }], ['circle', { cx: 13.2, cy: 10.6, r: 1.7, fill: '#2c2b30' }]],
  tada: [fill('M2.4 17.6 6.6 6.8l6.6 6.6z', '#f5bd38'), stroke('M10.6 6.6c.8-1.4.6-2.6 0-3.8M13 9.2c1.4-1.2 2.8-1.2 4-.8M12.6 6.6l2.2-2.4', '#d8447c', 1.6),
    ['circle', { cx: 16.6, cy: 4, r: 1.1, fill: '#3684d8' }], ['circle', { cx: 16.6, cy: 12.4, r: 1.1, fill: '#2ea664' }]],
  question: [stroke('M6.8 6.8C7 4.8 8.3 3.8 10.1 3.8c2 0 3.3 1.2 3.3 2.9 0 2.5-3.3 2.7-3.3 5.2M10.1 15.8v.2', '#dd3b4b', 2.6)],
  fire: [fill('M10 1.8c.8 3.4 5.2 5.2 5.2 10A5.2 5.2 0 0 1 10 18.2a5.2 5.2 0 0 1-5.2-6.2c.4-2 1.6-2.8 2-4.8 1 .6 1.6 1.4 1.8 2.4C9.8 7.6 10.4 4.8 10 1.8z', '#f0662c'), fill('M10 18.2a3 3 0 0 1-2.8-3.6c.4-1.6 2-2.2 2.4-4 1.8 1.4 3.2 2.8 3.2 4.6a2.9 2.9 0 0 1-2.8 3z', '#f7c53b')],
  bulb: [fill('M7.2 13.4C5.6 12.3 4.6 10.8 4.6 8.6a5.4 5.4 0 0 1 10.8 0c0 2.2-1 3.7-2.6 4.8z', '#f7c53b'), fill('M7.4 14.4h5.2v1.4H7.4zM8.2 16.6h3.6v1.4H8.2z', '#8d8893')],
  rotating_light: [fill('M5 13.4V10a5 5 0 0 1 10 0v3.4z', '#dd3b4b'), fill('M3.4 14.2h13.2v3H3.4z', '#6d6875'), stroke('M10 1.8v1.4M3.4 4.4l1 1M16.6 4.4l-1 1', '#f0662c', 1.5)],
  bar_chart: [tile('#e9eef5'), fill('M5 9.5h2.4V15H5z', '#2ea664'), fill('M8.8 5.5h2.4V15H8.8z', '#3684d8'), fill('M12.6 7.8H15V15h-2.4z', '#dd3b4b')],
  chart_with_upwards_trend: [tile('#e9eef5'), stroke('M4.8 13.8l3.4-3.6 2.6 2L15.2 6', '#dd3b4b', 1.8)],
  chart_with_downwards_trend: [tile('#e9eef5'), stroke('M4.8 6.4l3.4 3.6 2.6-2 4.4 6.2', '#3684d8', 1.8)],
  moneybag: [fill('M7.4 5.4 6 2.6h8l-1.4 2.8c3 1.9 4.4 4.6 4.4 7.4 0 3.4-2.6 5-7 5s-7-1.6-7-5c0-2.8 1.4-5.5 4.4-7.4z', '#d9a441'), stroke('M11.8 9.4c-1.6-1.2-3.8-.4-3.6.8.2 1.6 3.6.8 3.8 2.6.2 1.4-2.4 2-4 .8M10 8v7.4', '#5c3f00', 1.2)],
  heart: [fill('M10 17.2C4.4 13 2 10.2 2 7.2A4 4 0 0 1 6.2 3.2c1.6 0 3 .8 3.8 2.2.8-1.4 2.2-2.2 3.8-2.2A4 4 0 0 1 18 7.2c0 3-2.4 5.8-8 10z', '#dd3b4b')],
  star: [fill('M10 1.8l2.5 5.3 5.7.8-4.1 4 1 5.8L10 14.9l-5.1 2.8 1-5.8-4.1-4 5.7-.8z', '#f5bd38')],
  information_source: [tile('#3684d8'), stroke('M10 9.2v4.6M10 6.2v.1', '#fff', 2.2)],
  mag: [stroke('M8.2 3a5.2 5.2 0 1 1 0 10.4 5.2 5.2 0 0 1 0-10.4z', '#6d6875', 2), stroke('M12.2 12.2l5 5', '#6d6875', 2.6)],
  zap: [fill('M11.4 1.6 4 11.2h4.6l-1.4 7.2L15.6 8.4h-5z', '#f5bd38')],
  hourglass: [fill('M5 2.4h10v1.6H5zM5 16h10v1.6H5z', '#8d8893'), fill('M6 4h8c0 3-2.4 4.4-3 6 .6 1.6 3 3 3 6H6c0-3 2.4-4.4 3-6-.6-1.6-3-3-3-6z', '#d9b36a')],
  lock: [fill('M4.6 8.6h10.8v9H4.6z', '#d9a441'), stroke('M6.8 8.6V6.2a3.2 3.2 0 0 1 6.4 0v2.4', '#8d8893', 2)],
  small_red_triangle: [fill('M10 4l7 12H3z', '#dd3b4b')],
  small_red_triangle_down: [fill('M10 16 3 4h14z', '#dd3b4b')],
};

// A node for :name:, or null when the name is unknown.
export function emoji(name) {
  const base = String(name).replace(/::skin-tone-\d$/, '');
  const art = Object.hasOwn(ART, base) ? ART[base] : null;
  if (art) {
    const el = svg('svg', { viewBox: '0 0 20 20', class: 'emoji emoji-art', role: 'img', 'aria-label': `:${base}:` });
    for (const [tag, attrs] of art) el.append(svg(tag, attrs));
    return el;
  }
  const char = CHARS.get(base);
  return char ? h('span', { class: 'emoji', role: 'img', 'aria-label': `:${base}:`, title: `:${base}:` }, char) : null;
}
