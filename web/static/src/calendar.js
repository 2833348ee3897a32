// The calendar: tiles are carried to another day, and moved by Alt and the
// arrows. Each does what a form of its tile does; the page that answers takes the
// place of this one, with « Annuler ».
const main = document.querySelector('#contenu');
let carried = null; // a tile, or a film that is ready
let last = Promise.resolve(); // one move after the other

const days = () => main.querySelectorAll('[data-day]');

function ready() {
  for (const one of main.querySelectorAll('[data-slot], [data-ready]')) one.draggable = true;
}
ready();

const put = (day) => {
  for (const one of days()) one.classList.toggle('over', one === day);
};

main.addEventListener('dragstart', (event) => {
  carried = event.target.closest?.('[data-slot], [data-ready]') ?? null;
  if (!carried) return;
  event.dataTransfer.effectAllowed = 'move';
  event.dataTransfer.setData('text/plain', carried.querySelector('a').textContent);
});
main.addEventListener('dragover', (event) => {
  const day = carried && event.target.closest('[data-day]');
  put(day);
  if (day) event.preventDefault();
});
main.addEventListener('dragend', () => {
  carried = null;
  put(null);
});
main.addEventListener('drop', (event) => {
  const day = carried && event.target.closest('[data-day]');
  if (!day) return;
  event.preventDefault();
  const { ready: path } = carried.dataset;
  if (path) location.href = `${path}&jour=${day.dataset.day}`;
  else if (carried.dataset.slot) ask(carried, day.dataset.day);
  else if (!day.contains(carried)) move(carried.id, { jour: day.dataset.day }, day);
});

// Of a campaign, a person says whether those that come after it follow.
function ask(slot, day) {
  const { le, suivantes } = slot.querySelector('form').elements;
  le.value = le.value.replace(/.*(?=T)/, day);
  slot.querySelector('details').open = true;
  suivantes[0].focus();
}

const keys = { ArrowLeft: '-1j', ArrowRight: '+1j', ArrowUp: '-15m', ArrowDown: '+15m' };

main.addEventListener('keydown', (event) => {
  const slot = event.target.closest('[data-slot]');
  if (!slot || !event.altKey || !keys[event.key]) return;
  event.preventDefault();
  move(slot.id, { pas: keys[event.key] });
});

function move(id, change, day) {
  last = last.then(() => send(document.getElementById(id), change, day));
}

// The tile is on its new day at once, and back where it was when it is refused.
async function send(slot, change, day) {
  if (!slot) return;
  const home = slot.parentNode;
  const next = slot.nextSibling;
  slot.classList.add('moving');
  if (day?.isConnected) day.append(slot);
  const form = slot.querySelector('form');
  const body = new URLSearchParams(new FormData(form));
  body.delete('le');
  for (const [name, value] of Object.entries(change)) body.set(name, value);
  let said = `La date n’a pas été enregistrée. Réessayez.`;
  try {
    const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/json' } });
    if (answer.ok) return turn(await answer.text(), slot.id);
    said = (await answer.json()).erreur;
  } catch { /* it stays where it was */ }
  home.insertBefore(slot, next);
  slot.classList.remove('moving');
  say(said);
  slot.querySelector('a').focus();
}

function turn(text, id) {
  const page = new DOMParser().parseFromString(text, 'text/html');
  main.replaceChildren(...page.querySelector('#contenu').childNodes);
  ready();
  document.getElementById(id)?.querySelector('a').focus({ preventScroll: true });
}

function say(text) {
  main.querySelector('.fault, .flash')?.remove();
  const said = document.createElement('p');
  said.className = 'fault';
  said.setAttribute('role', 'alert');
  said.textContent = text;
  main.prepend(said);
}
