using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Libp2p;

/// <summary>The host beneath a node.</summary>
public sealed partial class Libp2pHost : INodeHost
{
    GossipsubTopics INodeHost.StartGossipsub(GossipsubOptions options) => UseGossipsub(options).Topics;

    void INodeHost.Serve<TRequest, TResponse>(RequestProtocol<TRequest, TResponse> protocol, RequestHandler<TRequest, TResponse> handler) =>
        RequestExtensions.Serve(this, protocol, handler);

    RequestClient<TRequest, TResponse> INodeHost.CreateClient<TRequest, TResponse>(RequestProtocol<TRequest, TResponse> protocol) =>
        RequestExtensions.CreateClient(this, protocol);

    void INodeHost.Receive(MessageProtocol protocol, MessageReceiver receiver) => MessageStreamExtensions.Receive(this, protocol, receiver);

    Task<IMessageStream> INodeHost.OpenMessagesAsync(PeerId peer, string protocol, CancellationToken cancellation) =>
        MessageStreamExtensions.OpenMessagesAsync(this, peer, protocol, cancellation);

    void INodeHost.Converse(MessageProtocol protocol, ConversationHandler handler) => MessageStreamExtensions.Converse(this, protocol, handler);

    Task<IConversation> INodeHost.OpenConversationAsync(PeerId peer, MessageProtocol protocol, CancellationToken cancellation) =>
        MessageStreamExtensions.OpenConversationAsync(this, peer, protocol, cancellation);
}
