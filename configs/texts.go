package configs

// Text is what posts say of a film, on the channels and for the films it is made
// for; "" stands for all of them.
type Text struct {
	Channel  string   `yaml:"channel"`
	Rubrique string   `yaml:"rubrique"` // slug
	Partner  string   `yaml:"partner"`  // slug
	Title    string   `yaml:"title"`
	Text     string   `yaml:"text"`
	Hashtags []string `yaml:"hashtags"`
	Mention  string   `yaml:"mention"`
	Support  string   `yaml:"support"`
}

// LoadTexts reads the texts of a file, or the built-in ones when path is empty.
// Its error is an *Error.
func LoadTexts(path string) ([]Text, error) {
	name, text, err := read(path, "texts.yaml")
	if err != nil {
		return nil, err
	}
	var all struct {
		Texts []Text `yaml:"texts"`
	}
	err = Decode(name, text, &all)
	return all.Texts, err
}
