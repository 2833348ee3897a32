package ffmpeg

import (
	"fmt"
	"os"

	lls "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// What Landlock lets a tool do. The rights that only folders have are refused
// by the kernel in a rule for a file.
const (
	readFile   = lls.AccessFSExecute | lls.AccessFSReadFile
	readFolder = readFile | lls.AccessFSReadDir
	writeFile  = lls.AccessFSReadFile | lls.AccessFSWriteFile | lls.AccessFSTruncate
	// writeFolder leaves devices, sockets and links out: a link could lead the house astray.
	writeFolder = writeFile | lls.AccessFSReadDir | lls.AccessFSMakeReg | lls.AccessFSMakeDir |
		lls.AccessFSRemoveFile | lls.AccessFSRemoveDir | lls.AccessFSRefer
)

// ruleset is all that a kernel of this ABI can deny.
func ruleset(abi int, network bool) lls.RulesetAttr {
	r := lls.RulesetAttr{HandledAccessFS: lls.AccessFSRefer - 1}
	for _, newer := range []struct {
		abi    int
		rights uint64
	}{{2, lls.AccessFSRefer}, {3, lls.AccessFSTruncate}, {5, lls.AccessFSIoctlDev}, {9, lls.AccessFSResolveUnix}} {
		if abi >= newer.abi {
			r.HandledAccessFS |= newer.rights
		}
	}
	if abi >= 6 {
		r.Scoped = lls.ScopeAbstractUnixSocket | lls.ScopeSignal
	}
	if network {
		r.HandledAccessNet = lls.AccessNetBindTCP | lls.AccessNetConnectTCP
		if abi >= 10 {
			r.HandledAccessNet |= lls.AccessNetBindUDP | lls.AccessNetConnectSendUDP
		}
	}
	return r
}

// landlocked confines the calling thread alone, which is the one that becomes
// the tool. The package landlock confines all threads, by way of /proc, which
// in a process namespace shows the wrong ones and never ends.
func landlocked(c confine) error {
	abi, err := lls.LandlockGetABIVersion()
	if err != nil {
		return err
	}
	if c.Network && abi < landlockTCP {
		return fmt.Errorf("ABI %d can't close the network", abi)
	}
	attr := ruleset(abi, c.Network)
	set, err := lls.LandlockCreateRuleset(&attr, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(set) }()
	for _, path := range c.Read {
		if err := allow(set, path, readFolder&attr.HandledAccessFS, readFile&attr.HandledAccessFS); err != nil {
			return err
		}
	}
	for _, path := range append(c.Write, "/dev/null") {
		if err := allow(set, path, writeFolder&attr.HandledAccessFS, writeFile&attr.HandledAccessFS); err != nil {
			return err
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	return lls.LandlockRestrictSelf(set, 0)
}

func allow(set int, path string, folder, file uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer func() { _ = unix.Close(fd) }()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return &os.PathError{Op: "stat", Path: path, Err: err}
	}
	rights := file
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		rights = folder
	}
	return lls.LandlockAddPathBeneathRule(set, &lls.PathBeneathAttr{AllowedAccess: rights, ParentFd: fd}, 0)
}
