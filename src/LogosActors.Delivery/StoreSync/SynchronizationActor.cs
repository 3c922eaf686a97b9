using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.StoreSync;

/// <summary>What the <see cref="SynchronizationActor"/> works with. Immutable.</summary>
/// <param name="Options">Its settings.</param>
/// <param name="Host">The node's host.</param>
/// <param name="Archive">The node's archive.</param>
/// <param name="Validation">Which messages are acceptable.</param>
/// <param name="Topics">The pubsub topics that the archive keeps now.</param>
/// <param name="MaxMessageSize">The largest message, encoded, in bytes.</param>
internal sealed record SynchronizationSettings(
    StoreSyncOptions Options, INodeHost Host, IMessageArchive Archive, MessageValidation Validation, Func<IReadOnlyList<string>> Topics, int MaxMessageSize);

/// <summary>Keeps a store's messages of the last hour equal to those of its peers (WAKU-STORE-SYNC): reconciles with a random peer every few
/// minutes, answers those that do, sends what they lack, and accepts what was found missing.</summary>
/// <remarks>
/// The ids of the archive's messages are in memory, at most <see cref="StoreSyncOptions.MaxIds"/>: read from the archive at the start, and then
/// as the archive has written them. Before they are read, peers are answered with the end. At most <see cref="MaxSessions"/> reconciliations and
/// as many transfers at once, one of each for a peer; what does not fit is left for the next time.
/// Parent: <see cref="Store.StoreActor"/>, one-for-one, restart with backoff. A failure costs the reconciliations under way and what they had found
/// missing, which the next ones find again; a restart reads the ids from the archive.
/// </remarks>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal sealed class SynchronizationActor : SupervisedActor, IWithTimers
#pragma warning restore CA1001
{
    /// <summary>How many reconciliations are under way at most, those that peers begin and the own one together.</summary>
    public const int MaxSessions = 4;

    /// <summary>How far a message may be ahead of this clock (64/WAKU2-NETWORK §Message Validation).</summary>
    static readonly TimeSpan MaxAhead = TimeSpan.FromSeconds(20);

    /// <summary>How long a turn, or an offered message, may wait for this actor.</summary>
    static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait before the archive is read again after a failure.</summary>
    static readonly TimeSpan LoadRetry = TimeSpan.FromSeconds(10);

    readonly SynchronizationSettings _settings;
    readonly IActorRef _store;
    readonly ReconciliationIndex _index;
    readonly SyncExpectations _expectations = new();
    readonly Dictionary<SyncSession, Reconciliation> _sessions = [];
    readonly HashSet<PeerId> _transfers = [];
    readonly CancellationTokenSource _stopping = new();
    bool _isLoaded;

    /// <param name="settings">What it works with.</param>
    /// <param name="store">Keeps messages: takes <see cref="ArchiveWriter.Keep"/>.</param>
    public SynchronizationActor(SynchronizationSettings settings, IActorRef store) =>
        (_settings, _store, _index) = (settings, store, new ReconciliationIndex(settings.Options.MaxIds));

    public static Props Props(SynchronizationSettings settings, IActorRef store) => Akka.Actor.Props.Create(() => new SynchronizationActor(settings, store));

    public ITimerScheduler Timers { get; set; } = null!;

    StoreSyncOptions Options => _settings.Options;

    INodeHost Host => _settings.Host;

    long Clock => UnixNanoseconds.Now(Time);

    protected override void PreStart()
    {
        var receiver = new TransferReceiver(Context.System, Self, _store, _settings.Validation, AnswerTimeout);
        var server = new SyncServer(Context.System, Self, Time, AnswerTimeout);
        Host.Converse(StoreSyncProtocols.Reconciliation, server.ServeAsync);
        Host.Receive(StoreSyncProtocols.Transfer(_settings.MaxMessageSize), receiver.ReceiveAsync);
        Load();
    }

    protected override void PostStop()
    {
        Host.RemoveHandler(StoreSyncProtocols.Reconciliation.Id);
        Host.RemoveHandler(StoreSyncProtocols.TransferId);
        _stopping.Cancel();
        _stopping.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Synchronization.Kept kept: Add(kept.Messages); break;
            case Synchronization.Turn turn: Sender.Tell(Answer(turn)); break;
            case Synchronization.Offered offered: Sender.Tell(IsWanted(offered) ? Synchronization.Verdict.Yes : Synchronization.Verdict.No); break;
            case Synchronization.Ended ended: End(ended); break;
            case Synchronization.Transferred transferred: End(transferred); break;
            case Synchronization.Begin: Begin(); break;
            case Synchronization.Load: Load(); break;
            case Synchronization.Loaded loaded: Loaded(loaded); break;
            default: Unhandled(message); break;
        }
    }

    void Load()
    {
        var (archive, since, capacity, stopping) = (_settings.Archive, Clock - UnixNanoseconds.Of(Options.Kept), Options.MaxIds, _stopping.Token);
        PipeToSelf(ReadAsync());

        async Task<Synchronization.Loaded> ReadAsync()
        {
            try
            {
                return new Synchronization.Loaded(await RecentMessages.ReadAsync(archive, since, capacity, stopping), null);
            }
            catch (ArchiveException e)
            {
                return new Synchronization.Loaded(null, e.Message);
            }
            catch (OperationCanceledException e) when (stopping.IsCancellationRequested)
            {
                return new Synchronization.Loaded(null, e.Message);
            }
        }
    }

    void Loaded(Synchronization.Loaded loaded)
    {
        if (loaded.Messages is not { } recent)
        {
            Log.Debug("The archive's messages could not be read, so that they are not synchronized yet: {0}", loaded.Problem);
            Timers.StartSingleTimer(Synchronization.Load.Instance, Synchronization.Load.Instance, LoadRetry);
            return;
        }
        _isLoaded = true;
        _index.RemoveBefore(recent.Horizon);
        foreach (var (pubsubTopic, contentTopic, id) in recent.Ids)
            _index.Add(pubsubTopic, contentTopic, id);
        // Nodes that are started together do not begin together.
        BeginAfter(Options.Interval * Context.System.Random().NextDouble());
    }

    void Add(IReadOnlyList<ArchivedMessage> messages)
    {
        foreach (var archived in messages)
        {
            // A message that does not say when it was made has another time in each store.
            if (archived.Message is { Timestamp: not null, IsEphemeral: false } message)
                _index.Add(archived.PubsubTopic, message.ContentTopic, new ArchivePosition(archived.Time, archived.Hash));
        }
    }

    void BeginAfter(TimeSpan delay) => Timers.StartSingleTimer(Synchronization.Begin.Instance, Synchronization.Begin.Instance, delay);

    void Begin()
    {
        BeginAfter(Options.Interval);
        Forget();
        if (_sessions.Count >= MaxSessions || ChoosePeer() is not { } peer)
            return;
        var side = new Reconciliation(_index, _settings.Topics());
        var end = Clock - UnixNanoseconds.Of(Options.RelayJitter);
        var first = side.Begin(end - UnixNanoseconds.Of(Options.Range), end);
        if (side.IsOver)
            return;
        var session = Open(peer, side);
        PipeToSelf(ConverseAsync(session, first));
    }

    PeerId? ChoosePeer()
    {
        var peers = Host.ConnectedPeers
            .Where(peer => Host.IdentityOf(peer)?.Protocols.Contains(StoreSyncProtocols.Reconciliation.Id, StringComparer.Ordinal) == true)
            .Where(peer => _sessions.Keys.All(session => session.Peer != peer))
            .ToList();
        return peers.Count == 0 ? null : peers[Context.System.Random().Next(peers.Count)];
    }

    async Task<Synchronization.Ended> ConverseAsync(SyncSession session, ReconciliationPayload first)
    {
        var (system, self, stopping) = (Context.System, Self, _stopping.Token);
        var exchange = new ReconciliationExchange(
            Time, payload => system.AskAsync<Synchronization.Answer>(self, new Synchronization.Turn(session, payload, IsFirst: false), AnswerTimeout, stopping));
        try
        {
            await using var conversation = await Host.OpenConversationAsync(session.Peer, StoreSyncProtocols.Reconciliation, stopping);
            await exchange.RunAsync(conversation, first, stopping);
            return new Synchronization.Ended(session);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or AskTimeoutException)
        {
            return new Synchronization.Ended(session, e.Message);
        }
    }

    Synchronization.Answer Answer(Synchronization.Turn turn)
    {
        if (!_sessions.TryGetValue(turn.Session, out var side))
        {
            var isRefused = !turn.IsFirst || !_isLoaded || _sessions.Count >= MaxSessions;
            if (isRefused || _sessions.Keys.Any(session => session.Peer == turn.Session.Peer))
                return Synchronization.Answer.End;
            Forget();
            side = new Reconciliation(_index, _settings.Topics());
            Open(turn.Session, side);
        }
        var answer = side.Answer(turn.Payload);
        return new Synchronization.Answer(answer, side.IsOver);
    }

    SyncSession Open(PeerId peer, Reconciliation side)
    {
        var session = new SyncSession(peer);
        Open(session, side);
        return session;
    }

    void Open(SyncSession session, Reconciliation side)
    {
        _sessions.Add(session, side);
        _expectations.Begin(session.Peer, side.Expected, Now);
    }

    void End(Synchronization.Ended ended)
    {
        if (!_sessions.Remove(ended.Session, out var side))
            return;
        var peer = ended.Session.Peer;
        Log.Debug(
            "Reconciled with {0} in {1} rounds: {2} messages to send, {3} are missing. {4}",
            peer, side.Rounds, side.ToSend.Count, side.Expected.Count, ended.Problem ?? "");
        if (side.ToSend.Count == 0 || _transfers.Count >= MaxSessions || !_transfers.Add(peer))
            return;
        PipeToSelf(TransferAsync(peer, side.ToSend));
    }

    async Task<Synchronization.Transferred> TransferAsync(PeerId peer, IReadOnlyCollection<MessageHash> hashes)
    {
        var length = _settings.MaxMessageSize + StoreSyncLimits.TransferOverhead;
        var transfer = new MessageTransfer(Host, _settings.Archive, length, Time);
        try
        {
            return new Synchronization.Transferred(peer, await transfer.SendAsync(peer, hashes, _stopping.Token), hashes.Count, null);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or ArchiveException)
        {
            return new Synchronization.Transferred(peer, 0, hashes.Count, e.Message);
        }
    }

    void End(Synchronization.Transferred transferred)
    {
        _transfers.Remove(transferred.Peer);
        Log.Debug("Sent {0} of {1} messages to {2}. {3}", transferred.Sent, transferred.Wanted, transferred.Peer, transferred.Problem ?? "");
    }

    bool IsWanted(Synchronization.Offered offered) =>
        offered.Id.Time >= _index.Horizon && offered.Id.Time <= Clock + UnixNanoseconds.Of(MaxAhead)
        && _settings.Topics().Contains(offered.PubsubTopic, StringComparer.Ordinal)
        && _expectations.Take(offered.Peer, offered.Id, Now);

    // What is older than anybody synchronizes.
    void Forget() => _index.RemoveBefore(Clock - UnixNanoseconds.Of(Options.Kept));
}
