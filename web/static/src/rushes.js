// The grid of rushes: scrub over a tile, choose many. Without it each tile is a
// link and a box to tick.
const cells = 5; // the sprite is 5 × 5 pictures

// show puts the n-th of the 25 pictures over the poster.
function show(picture, n) {
  let over = picture.querySelector('.scrub');
  if (!over) {
    over = document.createElement('span');
    over.className = 'scrub';
    over.style.backgroundImage = `url("${picture.dataset.sprite}")`;
    picture.append(over);
  }
  picture.dataset.cell = n;
  const part = (i) => `${(i / (cells - 1)) * 100}%`;
  over.style.backgroundPosition = `${part(n % cells)} ${part(Math.floor(n / cells))}`;
  over.style.setProperty('--at', `${((n + 1) / (cells * cells)) * 100}%`);
}

function clear(picture) {
  picture.querySelector('.scrub')?.remove();
  delete picture.dataset.cell;
}

const pictureOf = (e) => e.target.closest?.('.rushes .cover')?.querySelector('[data-sprite]');

document.addEventListener('pointermove', (event) => {
  const picture = event.pointerType !== 'touch' && pictureOf(event);
  if (!picture) return;
  const box = picture.getBoundingClientRect();
  const at = (event.clientX - box.left) / box.width;
  show(picture, Math.min(cells * cells - 1, Math.max(0, Math.floor(at * cells * cells))));
});
document.addEventListener('pointerout', (event) => {
  const picture = pictureOf(event);
  if (picture && !event.target.closest('.cover').contains(event.relatedTarget)) clear(picture);
});
document.addEventListener('focusout', (event) => { const picture = pictureOf(event); if (picture) clear(picture); });
document.addEventListener('keydown', (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const picture = step && !event.altKey && !event.ctrlKey && !event.metaKey && pictureOf(event);
  if (!picture) return;
  event.preventDefault();
  show(picture, Math.min(cells * cells - 1, Math.max(0, Number(picture.dataset.cell ?? -1) + step)));
});

// Choosing: a click on the box, Ctrl and a click on the tile, Shift for all between.
let last = null;
const boxes = () => [...document.querySelectorAll('#choix input[name=rush]')];

function count() {
  const form = document.querySelector('#choix');
  if (!form) return;
  const chosen = boxes().filter((b) => b.checked);
  const n = chosen.length;
  form.querySelector('.bulk').hidden = !n;
  form.querySelector('[data-count]').textContent = n === 1 ? '1 rush choisi' : `${n} rushes choisis`;
  for (const b of boxes()) b.closest('.tile').classList.toggle('chosen', b.checked);
  form.classList.toggle('choosing', n > 0);
}

document.addEventListener('click', (event) => {
  const tile = event.target.closest?.('.rushes .tile');
  if (!tile) return;
  const box = tile.querySelector('input[name=rush]');
  const direct = event.target === box;
  if (!direct && !event.shiftKey && !event.ctrlKey && !event.metaKey) return;
  if (!direct) {
    event.preventDefault();
    box.checked = !box.checked;
  }
  if (event.shiftKey && last?.isConnected) {
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    if (!direct) box.checked = true;
    for (const b of all.slice(from, to + 1)) b.checked = box.checked;
  }
  last = box;
  count();
});
document.addEventListener('mousedown', (event) => { if (event.shiftKey && event.target.closest?.('.rushes')) event.preventDefault(); }); // no text is marked
document.addEventListener('change', (event) => { if (event.target.name === 'rush') count(); });
document.addEventListener('reset', (event) => { if (event.target.id === 'choix') { event.preventDefault(); for (const b of boxes()) b.checked = false; count(); } });
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && document.querySelector('#choix.choosing')) { for (const b of boxes()) b.checked = false; count(); }
});
document.addEventListener('htmx:after:swap', count);
addEventListener('pageshow', count);
count();

// On a phone the filters are behind their name.
if (matchMedia('(max-width: 1099px)').matches) document.querySelector('details.asked')?.removeAttribute('open');
