package main

import (
	"os"
	"path/filepath"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// send brings rushes to the house of the storybook as a JRI does, with a word for
// the edit; a last file is still on its way.
func (s *stage) send(sujet assets.ID, rushes []string) assets.ID {
	jri := s.people[assets.RoleJRI]
	t, err := s.desk.OpenTransfer(s.ctx, jri, assets.Transfer{Kind: assets.KindRush, Sujet: sujet})
	s.note(err)
	said := "Le vent s’entend au début ; l’interview est plus loin."
	if s.err == nil {
		_, err = s.desk.SayOfTransfer(s.ctx, jri, t.ID, pipeline.Said{Note: &said})
		s.note(err)
	}
	for _, path := range rushes {
		bytes, err := os.ReadFile(path)
		s.note(err)
		if id := s.began(t.ID, filepath.Base(path), len(bytes), bytes); s.err == nil {
			s.note(s.desk.FinishUpload(s.ctx, id))
		}
	}
	s.began(t.ID, "C0042.MP4", 5_000_000, make([]byte, 2_000_000))
	return t.ID
}

// began announces a file, of which these bytes have come.
func (s *stage) began(transfer assets.ID, name string, size int, came []byte) (upload assets.ID) {
	if s.err != nil {
		return ""
	}
	replies, err := s.desk.Announce(s.ctx, transfer, []pipeline.Announced{{Name: name, Size: int64(size), Modified: s.now()}})
	s.note(err)
	for _, r := range replies {
		upload = r.Upload
		s.note(os.WriteFile(s.desk.UploadPath(upload), came, 0o600))
	}
	return upload
}

// sent is the last rush that a transfer led to.
func (s *stage) sent(transfer assets.ID) (rush assets.ID) {
	uploads, err := s.catalog.Uploads(s.ctx, assets.UploadFilter{Transfer: transfer, State: assets.UploadDone})
	s.note(err)
	for _, u := range uploads {
		rush = u.Rush
	}
	return rush
}

// shelved is a film in the archive.
func (s *stage) shelved() assets.ID {
	x, err := s.desk.CreateSujet(s.ctx, assets.Sujet{Title: "Un film laissé de côté", Rubriques: []string{"culture"}}, s.actor(assets.RoleImage))
	s.note(err)
	if s.err == nil {
		_, err = s.desk.Archive(s.ctx, x.Film, s.actor(assets.RoleCommunication))
		s.note(err)
	}
	return x.Film
}

// mails are the last that was written to somebody.
func (s *stage) mails() []assets.Mail {
	last, err := s.catalog.Mails(s.ctx, "", 1)
	s.note(err)
	return last
}
