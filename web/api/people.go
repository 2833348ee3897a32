package api

import (
	"context"
	"time"

	"anonymal.tv/regie/assets"
)

// OneUser names a person who works here.
type OneUser struct {
	User assets.ID `path:"user"`
}

type userIn[B any] struct {
	OneUser
	Body B
}

type newUser struct {
	Body struct {
		Name   string          `json:"name" minLength:"1"`
		Mail   string          `json:"mail"`
		Phone  string          `json:"phone,omitempty"`
		Role   assets.UserRole `json:"role" enum:"jri,monteur,image,communication,administration"`
		EndsAt time.Time       `json:"ends_at,omitzero" doc:"fin de la mission"`
	}
}

type userEdit struct {
	Name   *string          `json:"name,omitempty"`
	Mail   *string          `json:"mail,omitempty"`
	Phone  *string          `json:"phone,omitempty"`
	Role   *assets.UserRole `json:"role,omitempty" enum:"jri,monteur,image,communication,administration"`
	EndsAt *time.Time       `json:"ends_at,omitempty"`
}

type userState struct {
	State assets.UserState `json:"state" enum:"active,closed"`
}

type newToken struct {
	Name string    `json:"name" minLength:"1" maxLength:"80" doc:"à quoi il sert"`
	Ends time.Time `json:"ends,omitzero"`
}

// secret is shown once.
type secret struct {
	Secret string `json:"secret" doc:"montré une seule fois"`
}

type entry struct {
	Path string `json:"path" doc:"ouvre la régie une fois, dans les 14 jours"`
}

type oneToken struct {
	OneUser
	Token assets.ID `path:"token"`
}

// people are those who work here, for the administration.
func (a *API) people() {
	add(a, "GET /users", "list-users", "Les personnes, par nom", func(ctx context.Context, _ *struct{}) (list[assets.User], error) {
		return whole(a.desk.Catalog.Users(ctx, assets.UserFilter{}))
	})
	add(a, "POST /users", "create-user", "Donner accès à une personne", func(ctx context.Context, in *newUser) (assets.User, error) {
		b := in.Body
		return a.desk.Hire(ctx, assets.User{Name: b.Name, Mail: b.Mail, Phone: b.Phone, Role: b.Role, EndsAt: b.EndsAt}, actor(ctx))
	})
	add(a, "GET /users/{user}", "get-user", "Une personne", func(ctx context.Context, in *OneUser) (assets.User, error) {
		return a.desk.Catalog.User(ctx, in.User)
	})
	add(a, "PATCH /users/{user}", "edit-user", "Modifier une personne", func(ctx context.Context, in *userIn[userEdit]) (assets.User, error) {
		return a.desk.EditPerson(ctx, in.User, func(u *assets.User) {
			give(&u.Name, in.Body.Name)
			give(&u.Mail, in.Body.Mail)
			give(&u.Phone, in.Body.Phone)
			give(&u.Role, in.Body.Role)
			give(&u.EndsAt, in.Body.EndsAt)
		}, actor(ctx))
	})
	add(a, "POST /users/{user}/state", "move-user", "Fermer l’accès d’une personne, ou le rouvrir", func(ctx context.Context, in *userIn[userState]) (assets.User, error) {
		move := a.desk.CloseAccess
		if in.Body.State == assets.UserActive {
			move = a.desk.ReopenAccess
		}
		if err := move(ctx, in.User, actor(ctx)); err != nil {
			return assets.User{}, err
		}
		return a.desk.Catalog.User(ctx, in.User)
	})
	add(a, "POST /users/{user}/link", "invite-user", "Un nouveau lien d’entrée", func(ctx context.Context, in *OneUser) (entry, error) {
		key, err := a.desk.Invite(ctx, in.User, assets.KeyInvite, 14*24*time.Hour, actor(ctx))
		return entry{"/regie/entrer/" + key.Reveal()}, err
	})
	add(a, "GET /users/{user}/tokens", "list-tokens", "Les jetons d’une personne, du plus récent au plus ancien", func(ctx context.Context, in *OneUser) (list[assets.Key], error) {
		return whole(a.desk.Catalog.Keys(ctx, in.User, assets.KeyToken))
	})
	add(a, "POST /users/{user}/tokens", "create-token", "Créer un jeton", func(ctx context.Context, in *userIn[newToken]) (secret, error) {
		key, err := a.desk.NewToken(ctx, in.User, in.Body.Name, in.Body.Ends, actor(ctx))
		return secret{key.Reveal()}, err
	})
	add(a, "DELETE /users/{user}/tokens/{token}", "revoke-token", "Révoquer un jeton", func(ctx context.Context, in *oneToken) (list[assets.Key], error) {
		if err := a.desk.RevokeToken(ctx, in.User, in.Token, actor(ctx)); err != nil {
			return list[assets.Key]{}, err
		}
		return whole(a.desk.Catalog.Keys(ctx, in.User, assets.KeyToken))
	})
}
