// Search over the list of films, in the browser: every word asked for must
// begin a word of the film, whatever its accents and case.
const form = document.querySelector('[data-search]');
const field = form.elements.q;
const status = document.querySelector('[data-status]');
const list = document.querySelector('[data-results]');
const whole = document.querySelector('[data-whole]');
const most = 60; // cards shown at once

let films;

const fold = (text) => text
  .normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  .replace(/œ/g, 'oe').replace(/æ/g, 'ae')
  .replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

async function search() {
  const query = field.value.trim();
  const words = fold(query).split(' ').filter(Boolean);
  whole.hidden = words.length > 0;
  if (!words.length) {
    list.replaceChildren();
    status.textContent = '';
    return;
  }
  try {
    films ??= await load();
  } catch {
    status.textContent = 'La recherche n’a pas pu se charger. La liste de tous les films reste ci-dessous.';
    whole.hidden = false;
    return;
  }
  if (field.value.trim() !== query) return; // typed on in the meantime
  const hits = films.filter((film) => words.every((word) => film.text.includes(' ' + word)));
  list.replaceChildren(...hits.slice(0, most).map(card));
  status.textContent = say(hits.length, query);
}

async function load() {
  const answer = await fetch(form.dataset.search);
  if (!answer.ok) throw new Error(answer.statusText);
  const rows = await answer.json();
  return rows.map((film) => ({ ...film, text: ' ' + fold(film.title + ' ' + film.words) }));
}

function say(n, query) {
  if (n === 0) return `Aucun film pour “${query}”. Essayez un quartier ou un festival.`;
  const found = n === 1 ? '1 film' : `${n} films`;
  return n > most ? `${found} ; voici les ${most} plus récents.` : found;
}

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function card(film) {
  const frame = make('span', 'card-picture');
  if (film.image) {
    const image = make('img');
    Object.assign(image, { src: film.image, alt: '', width: 640, height: 360, loading: 'lazy' });
    frame.append(image);
  }
  if (film.length) frame.append(make('span', 'length', film.length));
  const link = make('a', '', film.title);
  link.href = film.url;
  const rubrique = make('p', 'rubrique ' + (film.class || ''), film.rubrique || '');
  return make('li', '', make('article', 'card',
    frame, rubrique, make('h3', 'card-title', link), make('p', 'meta', film.meta)));
}

field.value = new URLSearchParams(location.search).get('q') ?? '';
field.addEventListener('input', search);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  history.replaceState(null, '', field.value ? '?q=' + encodeURIComponent(field.value) : location.pathname);
  search();
});
search();
