using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Relay;

/// <summary>The shards that this node relays: each is subscribed to while somebody needs it. For any number of threads.</summary>
/// <remarks>
/// A message is decoded once, when it is validated, and handed to the receiver there. It runs where gossip is handled, one message
/// after the other: it hands on, and returns. Its failures are logged and cost no peer anything.
/// </remarks>
internal sealed class RelayedShards : IAsyncDisposable
{
    readonly GossipsubTopics _gossipsub;
    readonly MessageValidation _validation;
    readonly Action<RelayedMessage> _receiver;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly SemaphoreSlim _turn = new(1);
    readonly Dictionary<PubsubTopic, Subscribed> _subscribed = [];
    volatile PubsubTopic[] _topics = [];
    bool _isDisposed;

    public RelayedShards(
        GossipsubTopics gossipsub, MessageValidation validation, Action<RelayedMessage> receiver, TimeProvider time, ILogger log) =>
        (_gossipsub, _validation, _receiver, _time, _log) = (gossipsub, validation, receiver, time, log);

    /// <summary>The shards that are subscribed to. A snapshot.</summary>
    public IReadOnlyList<PubsubTopic> Topics => _topics;

    /// <summary>Relays a shard and receives its messages, until the result is disposed and so are all others of the shard.</summary>
    public async Task<IAsyncDisposable> SubscribeAsync(PubsubTopic topic, CancellationToken cancellation = default)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_subscribed.TryGetValue(topic, out var subscribed))
            {
                subscribed = await JoinAsync(topic.ToString());
                _subscribed.Add(topic, subscribed);
                _topics = [.. _subscribed.Keys];
            }
            subscribed.Users++;
            return new User(this, topic);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Leaves all shards.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            _isDisposed = true;
            foreach (var (topic, subscribed) in _subscribed)
                await LeaveAsync(topic.ToString(), subscribed);
            _subscribed.Clear();
            _topics = [];
        }
        finally
        {
            _turn.Release();
        }
    }

    async Task<Subscribed> JoinAsync(string topic)
    {
        // Before the first message can come.
        _gossipsub.SetValidator(topic, ValidateAsync);
        try
        {
            return new Subscribed(await _gossipsub.SubscribeAsync(topic, static _ => { }));
        }
        catch
        {
            _gossipsub.SetValidator(topic, null);
            throw;
        }
    }

    async Task LeaveAsync(string topic, Subscribed subscribed)
    {
        await subscribed.Subscription.DisposeAsync();
        _gossipsub.SetValidator(topic, null);
    }

    async ValueTask ReleaseAsync(PubsubTopic topic)
    {
        await _turn.WaitAsync();
        try
        {
            if (!_subscribed.TryGetValue(topic, out var subscribed) || --subscribed.Users > 0)
                return;
            _subscribed.Remove(topic);
            _topics = [.. _subscribed.Keys];
            await LeaveAsync(topic.ToString(), subscribed);
        }
        finally
        {
            _turn.Release();
        }
    }

    ValueTask<ValidationResult> ValidateAsync(PubsubMessage pubsub, CancellationToken cancellation)
    {
        var result = _validation.Decide(pubsub.Topic, pubsub.Data.Span, pubsub.ReceivedFrom, Now, out var message);
        if (message is null)
            return ValueTask.FromResult(result);
        var decision = _validation.AskAsync(message, cancellation);
        if (!decision.IsCompletedSuccessfully)
            return EndAsync(decision, message, cancellation);
        result = decision.GetAwaiter().GetResult();
        if (result is ValidationResult.Accept)
            Receive(message);
        return ValueTask.FromResult(result);
    }

    async ValueTask<ValidationResult> EndAsync(ValueTask<ValidationResult> decision, RelayedMessage message, CancellationToken cancellation)
    {
        var result = await decision;
        // What is decided too late is not relayed either.
        if (result is ValidationResult.Accept && !cancellation.IsCancellationRequested)
            Receive(message);
        return result;
    }

    void Receive(RelayedMessage message)
    {
        try
        {
            _receiver(message);
        }
#pragma warning disable CA1031 // the application's failure is not the relay's
        catch (Exception e)
#pragma warning restore CA1031
        {
            _log.LogError(e, "The receiver of {Topic} failed", message.PubsubTopic);
        }
    }

    long Now => UnixNanoseconds.Now(_time);

    sealed class Subscribed(IAsyncDisposable subscription)
    {
        public IAsyncDisposable Subscription => subscription;

        public int Users { get; set; }
    }

    sealed class User(RelayedShards topics, PubsubTopic topic) : IAsyncDisposable
    {
        int _isDisposed;

        public ValueTask DisposeAsync() =>
            Interlocked.Exchange(ref _isDisposed, 1) == 0 ? topics.ReleaseAsync(topic) : ValueTask.CompletedTask;
    }
}
