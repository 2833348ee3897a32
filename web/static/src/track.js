// Timed text beside the picture: the line that is spoken is lit, a click goes to
// it, new lines begin where the picture stands. Without it the page is a form.
import { clock, seconds } from './clock.js';

const form = document.querySelector('form[data-track]');
const video = document.querySelector('.room-player video');
if (form) edit(form);

function edit(form) {
  const list = form.querySelector('[data-cues]');
  const blank = form.querySelector('template[data-cue]');
  const add = form.querySelector('[data-add]');

  const rows = () => [...list.children];
  const field = (row, name) => row.querySelector(`[name=${name}]`);
  const empty = (row) => !field(row, 'text').value.trim() && !field(row, 'start').value.trim();

  // The blank lines are for forms without a script.
  for (const row of rows()) if (empty(row)) row.remove();
  const equip = (row) => {
    for (const b of row.querySelectorAll('[data-goto], [data-remove]')) b.hidden = false;
  };
  rows().forEach(equip);

  if (add && blank) {
    add.hidden = false;
    add.addEventListener('click', () => {
      const row = blank.content.firstElementChild.cloneNode(true);
      const at = video?.currentTime || 0;
      equip(row);
      field(row, 'start').value = clock(at);
      if (field(row, 'end').type !== 'hidden') field(row, 'end').value = clock(at + 2);
      const after = rows().find((r) => seconds(field(r, 'start').value) > at);
      list.insertBefore(row, after ?? null);
      field(row, 'text').focus();
    });
    if (!rows().length && !video) add.click();
  }

  list.addEventListener('click', (event) => {
    const row = event.target.closest('li');
    if (event.target.closest('[data-goto]') && video) video.currentTime = (seconds(field(row, 'start').value) || 0) + 0.001;
    if (event.target.closest('[data-remove]')) {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (next ? field(next, 'text') : add)?.focus();
      unsaved = true;
    }
  });

  // Alt and an arrow move a time by 100 ms.
  list.addEventListener('keydown', (event) => {
    const step = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key];
    if (!step || !event.altKey || !event.target.matches('.tc')) return;
    event.preventDefault();
    event.target.value = clock(Math.max(0, (seconds(event.target.value) || 0) + step));
    unsaved = true;
  });

  // The line that is spoken.
  video?.addEventListener('timeupdate', () => {
    const at = video.currentTime;
    for (const row of rows()) {
      const on = at >= seconds(field(row, 'start').value) && at < seconds(field(row, 'end').value);
      if (on !== row.classList.contains('now')) row.classList.toggle('now', on);
    }
  });

  // Nothing typed is lost by leaving.
  let unsaved = false;
  form.addEventListener('input', () => { unsaved = true; });
  form.addEventListener('submit', () => { unsaved = false; });
  addEventListener('beforeunload', (event) => { if (unsaved) event.preventDefault(); });
}
