package maker

import (
	"errors"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

func internal(op string, err error) error {
	return &assets.Error{Kind: assets.Internal, Op: op, Msg: "La fabrication a échoué par une faute de la maison. L'original est conservé ; le journal en donne la cause.", Err: err}
}

// failed is a process on files of our own that ended badly.
func failed(op string, err error) error {
	var own *assets.Error
	if errors.As(err, &own) {
		return err
	}
	return &assets.Error{Kind: kindOf(err), Op: op, Msg: "La fabrication s'est arrêtée. L'original est conservé ; elle sera tentée à nouveau.", Err: err}
}

func diskTrouble(op string, err error) error {
	return &assets.Error{Kind: assets.Transient, Op: op, Msg: "Le dossier de travail ne peut pas être écrit : le disque est sans doute plein. Rien n'est perdu ; la fabrication reprendra.", Err: err}
}

// kindOf says whether a failed process may go better another time.
func kindOf(err error) assets.Kind {
	var x *ffmpeg.ExitError
	if errors.As(err, &x) && (x.Signal != 0 || x.Limit == ffmpeg.LimitTimeout || x.Err != nil) {
		return assets.Transient
	}
	return assets.Internal
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}
