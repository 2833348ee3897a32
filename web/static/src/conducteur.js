// The big clock of a plateau: how long the segment that is on still has, by the
// instant at which it really began. Without this script the page shows the hours.
const clock = document.querySelector('[data-clock]');

const say = (seconds) => {
  const s = Math.abs(Math.trunc(seconds));
  const two = (n) => String(n).padStart(2, '0');
  const text = s >= 3600
    ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
    : `${Math.floor(s / 60)}:${two(s % 60)}`;
  return seconds < 0 ? `+${text}` : text;
};

if (clock) {
  const began = Date.parse(clock.dataset.clock);
  const planned = Number(clock.dataset.planned);
  // The phone's own clock may be wrong: the page says what time it was in the house.
  const skew = Date.parse(clock.dataset.now) - Date.now();
  const bar = document.querySelector('[data-clock-bar]');
  const tick = () => {
    const gone = (Date.now() + skew - began) / 1000;
    clock.textContent = say(planned - gone);
    clock.classList.toggle('late', gone > planned);
    if (bar) bar.value = Math.min(1, gone / planned);
  };
  tick();
  setInterval(tick, 500);
}

document.querySelector('[data-print]')?.addEventListener('click', () => print());
