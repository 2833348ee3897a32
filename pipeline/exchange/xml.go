package exchange

import "encoding/xml"

// node is an element of XML.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []node     `xml:",any"`
}

// element has attributes, by pairs of name and value, and what is inside.
func element(name string, attrs []string, inside ...node) node {
	n := node{XMLName: xml.Name{Local: name}, Nodes: inside}
	for i := 0; i+1 < len(attrs); i += 2 {
		n.Attrs = append(n.Attrs, xml.Attr{Name: xml.Name{Local: attrs[i]}, Value: attrs[i+1]})
	}
	return n
}

func (n *node) add(inside ...node) { n.Nodes = append(n.Nodes, inside...) }

func document(head string, root node) ([]byte, error) {
	text, err := xml.MarshalIndent(root, "", " ")
	return append([]byte(xml.Header+head), append(text, '\n')...), err
}
