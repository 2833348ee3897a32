// A <video> looked at frame by frame: play at several speeds, both ways, stop on
// a frame, step by one, loop between two marks. It knows no page and no key.
//
// Frames are counted from 0 at a constant rate (thousandths of a frame per
// second). It seeks to the middle of a frame, so that a step is always one.

export class Shuttle extends EventTarget {
  #video; #fps; #last; #held = null; #shown = 0; #speed = 0;
  in = null; // marks: frames, both within
  out = null;
  loop = false;

  constructor(video, rate, frames = 0) {
    super();
    this.#video = video;
    this.#fps = rate / 1000;
    this.#last = frames - 1;
    video.addEventListener('loadedmetadata', () => this.#reach());
    video.addEventListener('seeked', () => this.#reach());
    video.addEventListener('play', () => { if (this.#speed <= 0) this.play(1); });
    video.addEventListener('pause', () => { if (this.#speed > 0 && !video.ended) this.stop(); });
    video.addEventListener('ended', () => this.#end());
    if (video.requestVideoFrameCallback) {
      const watch = (_, { mediaTime }) => {
        this.#saw(Math.round(mediaTime * this.#fps));
        video.requestVideoFrameCallback(watch);
      };
      video.requestVideoFrameCallback(watch);
    } else {
      video.addEventListener('timeupdate', () => this.#saw(this.frameAt(video.currentTime)));
    }
  }

  get last() { return this.#last >= 0 ? this.#last : Math.max(0, Math.round((this.#video.duration || 0) * this.#fps) - 1); }
  get speed() { return this.#speed; } // negative backwards, 0 stopped
  get frame() { return this.#held ?? this.#shown; }

  // frameAt is the frame shown at an instant (seconds).
  frameAt(second) { return Math.floor(second * this.#fps + 1e-3); }

  seek(frame) {
    this.#held = Math.min(Math.max(0, frame), this.last || frame);
    if (this.#speed > 0) {
      this.#shown = this.#held;
      this.#held = null;
      this.#go(this.#shown);
    } else if (!this.#video.seeking) {
      this.#go(this.#held);
    }
    this.#tell();
  }

  step(frames) { this.stop(); this.seek(this.frame + frames); }

  seconds(n) { this.seek(this.frame + Math.round(n * this.#fps)); }

  stop() {
    const at = this.frame;
    this.#speed = 0;
    this.#video.pause();
    this.seek(at);
  }

  play(speed) {
    if (speed === this.#speed) return;
    const from = this.frame;
    this.#speed = speed;
    if (speed < 0) {
      this.#video.pause();
      this.#back(from);
    } else {
      const start = from >= this.last ? this.in ?? 0 : from;
      this.#shown = start;
      this.#held = null;
      if (start !== from || this.#video.seeking) this.#go(start);
      this.#video.playbackRate = speed;
      this.#video.play().catch(() => { if (this.#video.paused && this.#speed > 0) this.stop(); });
    }
    this.#tell();
  }

  // faster is what J (-1) and L (1) do: that way, then twice and four times as fast.
  faster(way) { this.play(Math.sign(this.#speed) === way ? way * Math.min(4, 2 * Math.abs(this.#speed)) : way); }

  #go(frame) { this.#video.currentTime = (frame + 0.5) / this.#fps; }

  // reach serves the last wish once the one before is done.
  #reach() {
    if (this.#held === null) return;
    if (Math.abs(this.#video.currentTime * this.#fps - this.#held - 0.5) > 0.25) this.#go(this.#held);
    else this.#tell();
  }

  #saw(frame) {
    if (this.#held !== null || this.#video.seeking) return;
    this.#shown = frame;
    if (this.loop && this.out !== null && frame >= this.out) this.seek(this.in ?? 0);
    this.#tell();
  }

  #end() {
    if (this.#speed <= 0) return;
    const speed = this.#speed;
    this.#shown = this.last;
    this.#speed = 0;
    if (this.loop) {
      this.seek(this.in ?? 0);
      this.play(speed);
    } else {
      this.stop();
    }
  }

  // No browser plays backwards: it seeks to where it should be by now.
  #back(from) {
    const speed = this.#speed;
    const began = performance.now();
    const tick = (now) => {
      if (this.#speed !== speed) return;
      const frame = Math.round(from + ((now - began) / 1000) * this.#fps * speed);
      if (frame <= (this.loop && this.in !== null ? this.in : 0)) {
        this.stop();
        this.seek(Math.max(frame, 0));
        return;
      }
      if (!this.#video.seeking) this.seek(frame);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  #tell() { this.dispatchEvent(new Event('change')); }
}

// timecode says a frame as 00:03:42:12; a second of 29.97 frames counts 30.
export function timecode(frame, rate) {
  const base = Math.max(1, Math.round(rate / 1000));
  const seconds = Math.floor(frame / base);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, frame % base]
    .map((n) => String(n).padStart(2, '0')).join(':');
}
