// What every page of the studio needs: htmx for the parts that fill themselves,
// and the keys that work everywhere. Nothing here is required: each page works
// as plain links and forms.
import 'htmx.org';
import './drop.js';

const typing = () => document.activeElement?.matches('input, textarea, select, [contenteditable]');

document.addEventListener('keydown', (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key === 'k') {
    event.preventDefault();
    document.querySelector('.find input')?.focus();
    return;
  }
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') return walk(event);
  // Keys of one letter act outside fields only, and can be switched off (WCAG 2.1.4).
  if (typing() || event.metaKey || event.ctrlKey || event.altKey || 'keyless' in document.body.dataset) return;
  if (event.key === '/') {
    event.preventDefault();
    document.querySelector('.find input')?.focus();
  } else if (event.key === '?') {
    location.href = '/regie/raccourcis';
  }
});

// Up and down go from the field of the search page through what was found.
function walk(event) {
  const stops = [...document.querySelectorAll('#quoi, .hits .grow a')];
  const on = document.activeElement;
  const at = on === document.body ? 0 : stops.indexOf(on);
  const next = at >= 0 && stops[at + (event.key === 'ArrowDown' ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

// What stands in a row that scrolls sideways is in view.
for (const here of document.querySelectorAll('.menu [aria-current], .tabs [aria-current]')) {
  const row = here.closest('.menu, .tabs');
  row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

// A form that only confirms that a person is there.
document.querySelector('form[data-submit]')?.requestSubmit();
