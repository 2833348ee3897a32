package remote

import (
	"bytes"
	"crypto/rand"
	"io"
	"mime/multipart"
	"net/textproto"
)

// Multipart is a form with one file (RFC 7578), of known length and read as it is
// sent: no film is ever held in memory.
type Multipart struct {
	Fields []Field
	File   File
}

// Field is a field of a form.
type Field struct{ Name, Value string }

// File is the file of a form.
type File struct {
	Field, Name, Type string
	Content           io.Reader
	Size              int64
}

// Body returns the form, its length in bytes and its type.
func (m Multipart) Body() (body io.Reader, length int64, kind string) {
	var text bytes.Buffer
	w := multipart.NewWriter(&text)
	_ = w.SetBoundary(rand.Text()) // to memory nothing fails
	for _, f := range m.Fields {
		_ = w.WriteField(f.Name, f.Value)
	}
	_, _ = w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(m.File.Field, m.File.Name)},
		"Content-Type":        {m.File.Type},
	})
	head := bytes.Clone(text.Bytes())
	text.Reset()
	_ = w.Close()
	return io.MultiReader(bytes.NewReader(head), m.File.Content, &text), int64(len(head)+text.Len()) + m.File.Size, w.FormDataContentType()
}
