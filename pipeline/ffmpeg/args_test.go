package ffmpeg

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	wantFormats  = "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,mxf,dv,flv,asf,wav,aiff,mp3,aac,flac,ogg"
	wantDecoders = "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,libdav1d,mpeg4,msmpeg4,mpeg1video,mpeg2video," +
		"h263,flv,vc1,wmv3,theora,mjpeg,jpeg2000,prores,dnxhd,dvvideo,cfhd,ffv1,v210," +
		"aac,mp2,mp2float,mp3,mp3float,opus,libopus,vorbis,flac,ac3,eac3,alac," +
		"amrnb,amrwb,wmav2,wmapro,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms," +
		"pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be," +
		"pcm_f32le,pcm_f32be,pcm_f64le,pcm_mulaw,pcm_alaw,pcm_bluray,pcm_dvd," +
		"png,webp," +
		"mov_text,subrip,srt,ass,ssa,webvtt,pgssub,dvbsub,dvdsub,cc_dec"
)

func guarded(demux, codec string) []string {
	return []string{
		"-protocol_whitelist", "file", "-format_whitelist", demux, "-codec_whitelist", codec,
		"-max_streams", "64", "-max_pixels", "40000000", "-probesize", "20M", "-analyzeduration", "20M", "-threads", "2",
	}
}

func TestCommandLine(t *testing.T) {
	for name, c := range map[string]struct {
		command Command
		names   []string
		want    []string
	}{
		"ffprobe": {
			Command{Tool: FFprobe, Inputs: []Input{{Path: "x"}}, Args: []string{"-show_format"}, Progress: func(Progress) {}},
			[]string{"/in/0"},
			slices.Concat([]string{"-v", "error", "-hide_banner"}, guarded(wantFormats, wantDecoders), []string{"-i", "file:/in/0", "-show_format"}),
		},
		"ffmpeg": {
			Command{
				Tool:     FFmpeg,
				Inputs:   []Input{{Path: "x", Options: []string{"-ss", "3", "-format_whitelist", "hls"}}, {Path: "y", Trusted: true, Options: []string{"-f", "concat"}}},
				Args:     []string{"-c", "copy", "out.mp4"},
				Progress: func(Progress) {},
			},
			[]string{"/in/0", "list.txt"},
			slices.Concat(
				[]string{"-v", "error", "-hide_banner", "-nostdin", "-y", "-nostats", "-max_alloc", "268435456", "-stats_period", "0.25", "-progress", "pipe:3"},
				[]string{"-ss", "3", "-format_whitelist", "hls"}, guarded(wantFormats, wantDecoders), []string{"-i", "file:/in/0"},
				[]string{"-f", "concat"}, guarded(wantFormats+",concat", wantDecoders+",rawvideo,wrapped_avframe"), []string{"-i", "file:list.txt"},
				[]string{"-c", "copy", "out.mp4"},
			),
		},
		"a stranger's file can't choose hls": {
			Command{Tool: FFprobe, Inputs: []Input{{Options: []string{"-f", "hls"}}}},
			[]string{"-i"},
			slices.Concat([]string{"-v", "error", "-hide_banner", "-f", "hls"}, guarded(wantFormats, wantDecoders), []string{"-i", "file:-i"}),
		},
		"but be looked at as a picture": {
			Command{Tool: FFprobe, Inputs: []Input{{Options: []string{"-f", "jpeg_pipe"}}}},
			[]string{"/in/0"},
			slices.Concat([]string{"-v", "error", "-hide_banner", "-f", "jpeg_pipe"}, guarded(wantFormats+",jpeg_pipe", wantDecoders), []string{"-i", "file:/in/0"}),
		},
	} {
		if got := commandLine(c.command, c.names, limits{Threads: 2}); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
	for _, never := range []string{"hls", "dash", "concat", "image2", "applehttp", "sdp", "rtsp", "lavfi", "svg_pipe"} {
		if slices.Contains(formats(), never) {
			t.Errorf("%s is reachable", never)
		}
	}
	if slices.Contains(decoders(), "magicyuv") {
		t.Error("magicyuv is reachable")
	}
}

func TestLaunch(t *testing.T) {
	j := job{parent: 7, tool: "/usr/bin/ffmpeg", dir: "/srv/job", inputs: []string{"/srv/up/-i.mp4", "/srv/job/a/b.mkv"}, cpu: 1500 * time.Millisecond, memory: 10, file: 20}
	for name, c := range map[string]struct {
		launch launch
		names  []string
		argv   []string
	}{
		"none": {launch{}, []string{"/srv/up/-i.mp4", "a/b.mkv"}, []string{"/usr/bin/ffmpeg", "-x"}},
		"landlock": {
			launch{helper: []string{"/self", "sandbox-exec"}, system: []string{"/usr"}, walls: Confinement{Files: WallLandlock, Network: WallNamespace}},
			[]string{"/srv/up/-i.mp4", "a/b.mkv"},
			[]string{
				"/self", "sandbox-exec",
				`{"parent":7,"landlock":true,"network":false,"read":["/usr","/srv/up/-i.mp4","/srv/job/a/b.mkv"],"write":["/srv/job"],"memory":10,"cpu":2,"filesize":20,"powers":false}`,
				"/usr/bin/ffmpeg", "-x",
			},
		},
		"bubblewrap": {
			launch{helper: []string{"/self", "sandbox-exec"}, bwrap: "/usr/bin/bwrap", system: []string{"/usr"}, walls: Confinement{Files: WallBubblewrap}},
			[]string{"/in/0", "a/b.mkv"},
			[]string{
				"/self", "sandbox-exec",
				`{"parent":7,"landlock":false,"network":false,"read":null,"write":null,"memory":10,"cpu":2,"filesize":20,"powers":true}`,
				"/usr/bin/bwrap", "--unshare-all", "--as-pid-1", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--dev", "/dev", "--tmpfs", "/tmp",
				"--ro-bind", "/usr", "/usr", "--ro-bind", "/srv/up/-i.mp4", "/in/0", "--bind", "/srv/job", "/out", "--chdir", "/out", "--",
				"/usr/bin/ffmpeg", "-x",
			},
		},
	} {
		if got := c.launch.names(j); !slices.Equal(got, c.names) {
			t.Errorf("%s: names %q", name, got)
		}
		got, err := c.launch.argv(j, []string{"-x"})
		if err != nil || !slices.Equal(got, c.argv) {
			t.Errorf("%s: %v\n got %q\nwant %q", name, err, got, c.argv)
		}
	}
}

// M-09: whatever a person types stays one element, behind a key of ours.
func TestMetadata(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOf(rapid.SampledFrom([]rune("-\"':;%\\\n\x00[]=,|$(){}é\u202eab"))).Draw(t, "title")
		args := Metadata("title", value)
		if len(args) != 2 || args[0] != "-metadata" || !strings.HasPrefix(args[1], "title=") || strings.Contains(args[1], "\x00") {
			t.Fatalf("%q", args)
		}
	})
	if got := Metadata("comment", "-y 'x'"); !slices.Equal(got, []string{"-metadata", "comment=-y 'x'"}) {
		t.Errorf("%q", got)
	}
}

func TestInputsThatAreNoFiles(t *testing.T) {
	s := &Sandbox{o: Options{CPU: time.Hour}}
	for _, path := range []string{t.TempDir(), "/dev/zero", "/nowhere/x", "http://127.0.0.1/", "concat:a|b"} {
		if _, err := s.job(Command{Tool: FFprobe, Inputs: []Input{{Path: path}}}); err == nil {
			t.Errorf("%s is taken", path)
		}
	}
	if _, err := s.job(Command{Tool: FFprobe, Dir: "/nowhere"}); !os.IsNotExist(err) {
		t.Errorf("a folder that isn't there: %v", err)
	}
}
