package emu

import (
	"bytes"
	"html"
	"io"
	"mime"
	"mime/multipart"
)

// Part returns one part of a multipart body, with its type.
func (x *Exchange) Part(name string) (content []byte, kind string, ok bool) {
	media, params, err := mime.ParseMediaType(x.Request.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" {
		return nil, "", false
	}
	r := multipart.NewReader(bytes.NewReader(x.Body), params["boundary"])
	for {
		p, err := r.NextPart()
		if err != nil {
			return nil, "", false
		}
		if p.FormName() == name {
			content, err := io.ReadAll(p)
			return content, p.Header.Get("Content-Type"), err == nil
		}
	}
}

// htmlText is a text as a page shows it.
func htmlText(s string) string { return html.EscapeString(s) }
