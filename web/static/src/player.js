// Adaptive playback in browsers that have no HLS of their own: hls.js comes at
// the first play, never before. Whatever goes wrong, the MP4 plays on.
const playlistType = 'application/vnd.apple.mpegurl';

for (const video of document.querySelectorAll('video')) {
  startAt(video);
  if (video.dataset.hls && !video.canPlayType(playlistType)) {
    video.addEventListener('play', () => adapt(video), { once: true });
  }
}

// startAt honours ?t=83: the second a shared link begins at.
function startAt(video) {
  const second = Number(new URLSearchParams(location.search).get('t'));
  if (!(second > 0)) return;
  const seek = () => { video.currentTime = second; };
  if (video.readyState > 0) seek();
  else video.addEventListener('loadedmetadata', seek, { once: true });
}

async function adapt(video) {
  let Hls;
  try {
    ({ default: Hls } = await import('hls.js'));
  } catch {
    return; // offline or blocked: the MP4 is playing already
  }
  if (!Hls.isSupported()) return;

  const resumeAt = video.currentTime;
  const hls = new Hls({
    startPosition: resumeAt,
    capLevelToPlayerSize: true,
    maxBufferLength: 20, // seconds
    maxMaxBufferLength: 60, // seconds
  });
  let recovered = false;
  hls.on(Hls.Events.ERROR, (_, error) => {
    if (!error.fatal) return;
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && !recovered) {
      recovered = true;
      hls.recoverMediaError();
      return;
    }
    backToMP4(hls, video);
  });
  hls.on(Hls.Events.MANIFEST_PARSED, () => play(video));
  hls.loadSource(video.dataset.hls);
  hls.attachMedia(video);
}

function backToMP4(hls, video) {
  const at = video.currentTime;
  hls.destroy();
  video.removeAttribute('src');
  video.load(); // falls back to the <source> elements
  video.addEventListener('loadedmetadata', () => { video.currentTime = at; play(video); }, { once: true });
}

function play(video) {
  video.play().catch(() => {}); // refused by the browser: the button is still there
}
