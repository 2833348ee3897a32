package api

import (
	"context"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// OneDelivery names a link by which a partner receives films.
type OneDelivery struct {
	Delivery assets.ID `path:"delivery"`
}

type deliveriesAsked struct {
	Partner string               `query:"partner"`
	Dossier string               `query:"dossier" doc:"ceux qui portent ce dossier, ou un de ses films"`
	State   assets.DeliveryState `query:"state" enum:"open,expired,revoked"`
}

type newDelivery struct {
	Body struct {
		Partner  string      `json:"partner,omitempty" doc:"vide : celui du dossier, ou du film"`
		Name     string      `json:"name,omitempty" doc:"vide : celui du dossier, ou du film"`
		Dossier  string      `json:"dossier,omitempty" doc:"tous ses films, à mesure qu’ils sont prêts"`
		Films    []assets.ID `json:"films,omitempty" maxItems:"200" doc:"dans leur ordre"`
		Mail     string      `json:"mail,omitempty" doc:"qui reçoit le lien ; vide : personne"`
		Days     int         `json:"days,omitempty" minimum:"0" maximum:"3650" doc:"0 : 90"`
		Password string      `json:"password,omitempty" doc:"8 signes au moins"`
		Max      int         `json:"max,omitempty" minimum:"0" doc:"téléchargements ; 0 : sans limite"`
	}
}

type passwordIn struct {
	OneDelivery
	Body struct {
		Password string `json:"password" minLength:"8"`
	}
}

// deliveries are the links of partners.
func (a *API) deliveries() {
	add(a, "GET /deliveries", "list-deliveries", "Les liens des partenaires : ceux dont la prolongation est demandée, puis les plus récents", func(ctx context.Context, in *deliveriesAsked) (list[assets.Delivery], error) {
		return whole(a.desk.Links(ctx, pipeline.LinkFilter{Partner: in.Partner, Dossier: in.Dossier, State: in.State}))
	})
	add(a, "POST /deliveries", "create-delivery", "Faire un lien de livraison", a.deliver)
	add(a, "GET /deliveries/{delivery}", "get-delivery", "Un lien, son adresse, et ce qu’on en a fait", func(ctx context.Context, in *OneDelivery) (pipeline.LinkView, error) {
		return a.desk.ShowLink(ctx, in.Delivery)
	})
	add(a, "POST /deliveries/{delivery}/renew", "renew-delivery", "Prolonger un lien d’autant de jours qu’à sa création", func(ctx context.Context, in *OneDelivery) (pipeline.LinkView, error) {
		return a.settled(ctx, in.Delivery)(a.desk.RenewDelivery(ctx, in.Delivery, 0, actor(ctx)))
	})
	add(a, "POST /deliveries/{delivery}/revoke", "revoke-delivery", "Fermer un lien, pour toujours", func(ctx context.Context, in *OneDelivery) (pipeline.LinkView, error) {
		return a.settled(ctx, in.Delivery)(a.desk.RevokeDelivery(ctx, in.Delivery, actor(ctx)))
	})
	add(a, "PUT /deliveries/{delivery}/password", "lock-delivery", "Mettre un mot de passe à un lien, ou le changer", func(ctx context.Context, in *passwordIn) (pipeline.LinkView, error) {
		return a.settled(ctx, in.Delivery)(a.desk.LockDelivery(ctx, in.Delivery, assets.Secret(in.Body.Password), actor(ctx)))
	})
	add(a, "DELETE /deliveries/{delivery}/password", "unlock-delivery", "Ouvrir un lien sans mot de passe", func(ctx context.Context, in *OneDelivery) (pipeline.LinkView, error) {
		return a.settled(ctx, in.Delivery)(a.desk.LockDelivery(ctx, in.Delivery, "", actor(ctx)))
	})
}

func (a *API) deliver(ctx context.Context, in *newDelivery) (pipeline.LinkView, error) {
	x, err := a.desk.Deliver(ctx, pipeline.DeliveryRequest{
		Partner: in.Body.Partner, Name: in.Body.Name, Dossier: in.Body.Dossier, Films: in.Body.Films, Mail: in.Body.Mail,
		Life: time.Duration(in.Body.Days) * 24 * time.Hour, Password: assets.Secret(in.Body.Password), Max: in.Body.Max,
	}, actor(ctx))
	if err != nil {
		return pipeline.LinkView{}, err
	}
	return a.desk.ShowLink(ctx, x.ID)
}

// settled shows a link after what was done to it.
func (a *API) settled(ctx context.Context, id assets.ID) func(assets.Delivery, error) (pipeline.LinkView, error) {
	return func(_ assets.Delivery, err error) (pipeline.LinkView, error) {
		if err != nil {
			return pipeline.LinkView{}, err
		}
		return a.desk.ShowLink(ctx, id)
	}
}
