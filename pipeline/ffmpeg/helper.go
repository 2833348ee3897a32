package ffmpeg

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// confine is what the helper is told, as JSON in its first argument.
type confine struct {
	Parent   int      `json:"parent"`   // whose child the helper must be
	Landlock bool     `json:"landlock"` // fail when the kernel has none
	Network  bool     `json:"network"`  // close TCP by Landlock, for want of a network namespace
	Read     []string `json:"read"`     // files and folders, with execution
	Write    []string `json:"write"`    // folders
	Memory   uint64   `json:"memory"`   // bytes of address space
	CPU      uint64   `json:"cpu"`      // seconds
	FileSize uint64   `json:"filesize"` // bytes of one file
	Powers   bool     `json:"powers"`   // keep root's capabilities: bubblewrap needs them, and drops them itself
}

// SandboxExec is the main of the sandbox helper: it confines its own process
// and becomes the tool. args are the JSON of a confine, the tool's path and the
// tool's arguments. It returns only when that failed, with the exit code.
func SandboxExec(args []string) int {
	if err := sandboxExec(args); err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
	}
	return helperFailed
}

func sandboxExec(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("want a confinement and a command, got %d arguments", len(args))
	}
	var c confine
	if err := json.Unmarshal([]byte(args[0]), &c); err != nil {
		return err
	}
	runtime.LockOSThread() // Landlock, capabilities and the bond belong to a thread; this one becomes the tool
	if err := endWith(c.Parent); err != nil {
		return err
	}
	if c.Landlock {
		if err := landlocked(c); err != nil {
			return fmt.Errorf("landlock: %w", err)
		}
	}
	if !c.Powers {
		if err := dropCapabilities(); err != nil {
			return fmt.Errorf("capabilities: %w", err)
		}
	}
	if err := setLimits(c); err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	return syscall.Exec(args[1], args[1:], os.Environ())
}

// endWith makes the kernel end this process with its parent. A parent may be gone
// before the kernel knows of the bond, and the first process of a namespace has
// no parent that it could ask for: /proc, which is still the one outside, tells.
func endWith(parent int) error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("bond with the parent: %w", err)
	}
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return err
	}
	var now int // pid (comm) state ppid …; comm may hold spaces and brackets
	if _, err := fmt.Sscanf(string(stat[bytes.LastIndexByte(stat, ')')+1:]), " %s %d", new(string), &now); err != nil {
		return fmt.Errorf("/proc/self/stat: %w", err)
	}
	if now != parent {
		return fmt.Errorf("process %d is gone", parent)
	}
	return nil
}

// dropCapabilities empties the bounding set, so that a tool that runs as root
// has none of root's powers. An ordinary user has none to drop.
func dropCapabilities() error {
	if os.Geteuid() != 0 {
		return nil
	}
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
		if err == unix.EPERM || err == unix.EINVAL { // no CAP_SETPCAP; unknown to this kernel
			break
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// setLimits comes last: the helper itself could need more than the tool may.
func setLimits(c confine) error {
	for _, l := range []struct {
		resource   int
		soft, hard uint64
	}{
		{unix.RLIMIT_CORE, 0, 0},
		{unix.RLIMIT_NOFILE, 256, 256},
		{unix.RLIMIT_FSIZE, c.FileSize, c.FileSize},
		{unix.RLIMIT_CPU, c.CPU, c.CPU + 1}, // a signal first, the end a second later
		{unix.RLIMIT_AS, c.Memory, c.Memory},
	} {
		var now syscall.Rlimit
		if err := syscall.Getrlimit(l.resource, &now); err != nil {
			return err
		}
		lower := syscall.Rlimit{Cur: min(l.soft, now.Max), Max: min(l.hard, now.Max)}
		if err := syscall.Setrlimit(l.resource, &lower); err != nil {
			return fmt.Errorf("resource %d: %w", l.resource, err)
		}
	}
	return nil
}
