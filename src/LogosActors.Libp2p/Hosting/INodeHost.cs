using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Libp2p.Hosting;

/// <summary>What a node uses of its host: a <see cref="Libp2pHost"/>, or a host in a simulated network. For any number of threads.</summary>
public interface INodeHost : IAsyncDisposable
{
    /// <inheritdoc cref="Libp2pHost.PeerId"/>
    PeerId PeerId { get; }

    /// <inheritdoc cref="Libp2pHost.ListenAddresses"/>
    IReadOnlyList<Multiaddr> ListenAddresses { get; }

    /// <inheritdoc cref="Libp2pHost.ConnectedPeers"/>
    IReadOnlyCollection<PeerId> ConnectedPeers { get; }

    /// <inheritdoc cref="Libp2pHost.KnownPeers"/>
    IReadOnlyCollection<KnownPeer> KnownPeers { get; }

    /// <inheritdoc cref="Libp2pHost.Find"/>
    KnownPeer? Find(PeerId peer);

    /// <inheritdoc cref="Libp2pHost.IdentityOf"/>
    PeerIdentity? IdentityOf(PeerId peer);

    /// <inheritdoc cref="Libp2pHost.Subscribe"/>
    void Subscribe(Action<HostEvent> observer);

    /// <inheritdoc cref="Libp2pHost.Unsubscribe"/>
    void Unsubscribe(Action<HostEvent> observer);

    /// <inheritdoc cref="Libp2pHost.DialAsync(PeerId, CancellationToken)"/>
    Task<DialResult> DialAsync(PeerId peer, CancellationToken cancellation = default);

    /// <inheritdoc cref="Libp2pHost.DialAsync(Multiaddr, CancellationToken)"/>
    Task<DialResult> DialAsync(Multiaddr address, CancellationToken cancellation = default);

    /// <inheritdoc cref="Libp2pHost.DisconnectAsync"/>
    Task DisconnectAsync(PeerId peer);

    /// <inheritdoc cref="Libp2pHost.PingAsync"/>
    Task<TimeSpan> PingAsync(PeerId peer, CancellationToken cancellation = default);

    /// <inheritdoc cref="Libp2pHost.Keep"/>
    void Keep(PeerId peer, params IEnumerable<Multiaddr> addresses);

    /// <inheritdoc cref="Libp2pHost.Release"/>
    void Release(PeerId peer);

    /// <inheritdoc cref="Libp2pHost.AddAddresses"/>
    void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses);

    /// <inheritdoc cref="Libp2pHost.FindTextsAsync"/>
    Task<IReadOnlyList<string>> FindTextsAsync(string name, CancellationToken cancellation = default);

    /// <inheritdoc cref="Libp2pHost.SetScore"/>
    void SetScore(PeerId peer, double score);

    /// <inheritdoc cref="RequestExtensions.Serve"/>
    void Serve<TRequest, TResponse>(RequestProtocol<TRequest, TResponse> protocol, RequestHandler<TRequest, TResponse> handler);

    /// <inheritdoc cref="Libp2pHost.RemoveHandler"/>
    bool RemoveHandler(string protocol);

    /// <inheritdoc cref="RequestExtensions.CreateClient"/>
    RequestClient<TRequest, TResponse> CreateClient<TRequest, TResponse>(RequestProtocol<TRequest, TResponse> protocol);

    /// <inheritdoc cref="MessageStreamExtensions.Receive"/>
    void Receive(MessageProtocol protocol, MessageReceiver receiver);

    /// <inheritdoc cref="MessageStreamExtensions.OpenMessagesAsync"/>
    Task<IMessageStream> OpenMessagesAsync(PeerId peer, string protocol, CancellationToken cancellation);

    /// <inheritdoc cref="MessageStreamExtensions.Converse"/>
    void Converse(MessageProtocol protocol, ConversationHandler handler);

    /// <inheritdoc cref="MessageStreamExtensions.OpenConversationAsync"/>
    Task<IConversation> OpenConversationAsync(PeerId peer, MessageProtocol protocol, CancellationToken cancellation);

    /// <summary>Speaks gossipsub from now on.</summary>
    GossipsubTopics StartGossipsub(GossipsubOptions options);
}
