package ffmpeg

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// landlockTCP is the first Landlock ABI that can close TCP (Linux 6.7).
const landlockTCP = 4

// Confinement is what stands between a tool and the house.
type Confinement struct {
	Files    Wall // bubblewrap, landlock or none
	Network  Wall // bubblewrap, namespace, landlock (TCP only) or none
	Limits   bool // memory, CPU time, size of files, open files
	Landlock int  // ABI of the kernel, 0 when it has none
}

// Wall names what closes something.
type Wall string

// The walls.
const (
	WallNone       Wall = "none"
	WallBubblewrap Wall = "bubblewrap"
	WallLandlock   Wall = "landlock"
	WallNamespace  Wall = "namespace"
)

// Whole tells whether files and network are both closed.
func (c Confinement) Whole() bool {
	return c.Files != WallNone && c.Network != WallNone && c.Limits
}

// String is for a log and for the doctor.
func (c Confinement) String() string {
	return "files: " + string(c.Files) + ", network: " + string(c.Network) +
		", limits: " + strconv.FormatBool(c.Limits) + ", landlock ABI: " + strconv.Itoa(c.Landlock)
}

// launch is one way to start a tool in a confinement.
type launch struct {
	walls  Confinement
	bwrap  string   // path of bubblewrap when Files says so
	helper []string // argv prefix of the sandbox helper, empty without any confinement
	system []string // files and folders of the system that a tool reads
	clone  uintptr  // namespaces to make
	user   bool     // in a user namespace of its own, where an ordinary user may make the others
}

// launches are the ways that could work here, the strictest first.
func launches(o Options, abi int, system []string) []launch {
	const apart = syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS
	root := os.Geteuid() == 0
	base := launch{helper: o.Helper, system: system, walls: Confinement{Limits: true, Landlock: abi}}
	var all []launch
	if o.Bubblewrap != "" && o.Bubblewrap != BubblewrapOff {
		l := base
		l.bwrap, l.walls.Files, l.walls.Network = o.Bubblewrap, WallBubblewrap, WallBubblewrap
		// Bubblewrap killed in its first milliseconds leaves its child behind, for
		// good: so it is the first process of a namespace, which ends with it.
		kept := l
		kept.clone, kept.user = syscall.CLONE_NEWPID, !root
		if !root {
			kept.clone |= syscall.CLONE_NEWUSER
		}
		all = append(all, kept, l)
	}
	if abi < 1 {
		return all
	}
	l := base
	l.walls.Files, l.walls.Network, l.clone = WallLandlock, WallNamespace, apart
	if root {
		all = append(all, l)
	}
	l.clone, l.user = apart|syscall.CLONE_NEWUSER, true
	all = append(all, l)
	if abi >= landlockTCP {
		l.walls.Network, l.clone, l.user = WallLandlock, 0, false
		all = append(all, l)
	}
	return all
}

// job is one Command made ready: paths absolute, limits decided.
type job struct {
	parent int      // the process that starts it
	tool   string   // path of the program
	dir    string   // "" when nothing may be written
	inputs []string // absolute paths
	cpu    time.Duration
	memory int64
	file   int64
}

// names is what the inputs are called where the tool runs.
func (l launch) names(j job) []string {
	names := make([]string, len(j.inputs))
	for i, in := range j.inputs {
		rel, ok := inside(j.dir, in)
		switch {
		case ok:
			names[i] = rel
		case l.bwrap != "":
			names[i] = "/in/" + strconv.Itoa(i)
		default:
			names[i] = in
		}
	}
	return names
}

// argv is the whole command line, confinement included. It is pure but for the
// look at which folders of the system are links.
func (l launch) argv(j job, args []string) ([]string, error) {
	tool := append([]string{j.tool}, args...)
	if len(l.helper) == 0 {
		return tool, nil
	}
	c := confine{
		Parent:   j.parent,
		Landlock: l.walls.Files == WallLandlock,
		Network:  l.walls.Network == WallLandlock,
		Memory:   uint64(j.memory),
		FileSize: uint64(j.file),
		CPU:      uint64((j.cpu + time.Second - 1) / time.Second),
		Powers:   l.bwrap != "",
	}
	if c.Landlock {
		c.Read = append(append(c.Read, l.system...), j.inputs...)
		if j.dir != "" {
			c.Write = []string{j.dir}
		}
	}
	spec, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	argv := append(append([]string{}, l.helper...), string(spec))
	if l.bwrap != "" {
		argv = append(argv, l.bubblewrap(j)...)
	}
	return append(argv, tool...), nil
}

// bubblewrap makes the tool the first process of its namespace: without that,
// bubblewrap leaves before it has seen what the tool used.
func (l launch) bubblewrap(j job) []string {
	argv := []string{l.bwrap, "--unshare-all", "--as-pid-1", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--dev", "/dev", "--tmpfs", "/tmp"}
	for _, path := range l.system {
		if to, err := os.Readlink(path); err == nil && !strings.HasPrefix(path, "/etc/") {
			argv = append(argv, "--symlink", to, path)
			continue
		}
		argv = append(argv, "--ro-bind", path, path)
	}
	for i, in := range j.inputs {
		if _, ok := inside(j.dir, in); !ok {
			argv = append(argv, "--ro-bind", in, "/in/"+strconv.Itoa(i))
		}
	}
	if j.dir != "" {
		argv = append(argv, "--bind", j.dir, "/out", "--chdir", "/out")
	} else {
		argv = append(argv, "--chdir", "/")
	}
	return append(argv, "--")
}

// systemPaths are what the dynamic linker, the tools and the fonts need, as far
// as it is there, and where the tools themselves are when that is elsewhere.
func systemPaths(tools ...string) []string {
	var found []string
	for _, path := range []string{
		"/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/var/cache/fontconfig",
	} {
		if _, err := os.Stat(path); err == nil {
			found = append(found, path)
		}
	}
	for _, tool := range tools {
		dir := filepath.Dir(tool)
		if _, ok := inside("/usr", dir); !ok && dir != "/bin" {
			found = append(found, dir)
		}
	}
	return found
}

func (l launch) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Cloneflags: l.clone}
	if l.user {
		uid, gid := os.Geteuid(), os.Getegid()
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
	}
	return a
}
