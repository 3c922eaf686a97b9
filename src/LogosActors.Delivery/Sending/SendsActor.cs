using LogosActors.Actors;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Libp2p.Gossipsub;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Sending;

/// <summary>What the <see cref="SendsActor"/> works with.</summary>
/// <param name="Options">Of the node.</param>
/// <param name="Sends">The requests.</param>
/// <param name="Waiting">Where events wait.</param>
/// <param name="Stores">How stores are asked.</param>
/// <param name="JournalId">Names the history of the requests; null: they are not stored.</param>
/// <param name="Router">Takes the messages.</param>
/// <param name="Subscriptions">Is told what is sent on.</param>
/// <param name="Events">Tells the application.</param>
internal sealed record SendsSettings(
    NodeOptions Options, UnfinishedSends Sends, WaitingEvents Waiting, StorePresence Stores, string? JournalId,
    ActorRef Router, ActorRef Subscriptions, ActorRef Events);

/// <summary>Takes requests to send to their end, which it tells once.</summary>
/// <remarks>
/// <para>Parent: <see cref="NodeActor"/>. Children: the <see cref="ConfirmationActor"/>, the <see cref="SendJournalActor"/> where requests are
/// stored, and a <see cref="SendActor"/> for each request that its first publish has not ended; one-for-one, restart with backoff 100 ms … 10 s.</para>
/// <para>The requests themselves lie in <see cref="UnfinishedSends"/> and events in <see cref="WaitingEvents"/>: a failure of this actor, or of any
/// it speaks with, costs what was under way, which is done again.</para>
/// </remarks>
internal sealed partial class SendsActor : Actor
{
    /// <summary>How many requests are taken in one turn; then answers have theirs.</summary>
    const int MaxPerTurn = 64;

    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    readonly SendsSettings _settings;
    readonly UnfinishedSends _sends;
    readonly SendingOptions _options;
    readonly StageWatch _publishing = new(SendStage.Publishing, SendProgress.PublishAnswerWait);
    readonly StageWatch _kept;
    readonly Dictionary<string, bool> _subscribed = new(StringComparer.Ordinal);
    ActorRef? _confirmation;
    int _underWay;
    bool _isBehind;

    public SendsActor(SendsSettings settings)
    {
        (_settings, _sends, _options) = (settings, settings.Sends, settings.Options.Sending);
        _kept = new StageWatch(SendStage.Kept, _options.Timeout + Grace);
    }

    /// <summary>How long after the time-out a request ends that the actor of it has not ended, because it fails again and again.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromSeconds(5);

    protected override SupervisorStrategy SupervisorStrategy { get; } = new OneForOneStrategy
    {
        Decider = static _ => Directive.Restart,
        Backoff = new ExponentialBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10)),
    };

    protected override void PreStart()
    {
        _confirmation = Context.Spawn(Props.Create(() => new ConfirmationActor(_settings.Stores, _options)), "confirmation");
        StartJournal();
        foreach (var send in _sends.Taken.Values)
            GoOn(send);
        Context.StartPeriodicTimer(Sweep.Instance, Sweep.Instance, SweepInterval);
        Self.Tell(Sends.Added.Instance);
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case Gossip.PublishedTagged { Tag: OutgoingSend send } published:
                if (send.Stage is SendStage.Publishing)
                    FirstPublished(send, published.Outcome);
                break;
            case Sends.Added:
                TakeAdded();
                return;
            case Sends.Propagated propagated:
                Propagate(propagated.Send);
                break;
            case Sends.Ended ended:
                EndKept(ended.Send, ended.End);
                break;
            case Sweep:
                TakeOverdue();
                break;
            case RoomDue:
                TryForRoom();
                break;
            case Subscribed subscribed:
                if (_subscribed.ContainsKey(subscribed.Topic))
                    _subscribed[subscribed.Topic] = true;
                break;
            case PipeFailure failure:
                Log.LogWarning(failure.Cause, "A topic that is sent on was not subscribed to; the next message tries again");
                _subscribed.Clear();
                break;
            case Subscriptions.Unsubscribe unsubscribed:
                _subscribed.Remove(unsubscribed.Topic.Text);
                break;
            default:
                ReceiveFromJournal(message);
                break;
        }
        if (_isBehind && _underWay < UnfinishedSends.Window / 2)
            TakeAdded();
    }

    /// <summary>Goes on with a request after a restart, which has cost its actor and every answer that was under way.</summary>
    void GoOn(OutgoingSend send)
    {
        switch (send.Stage)
        {
            case SendStage.Publishing or SendStage.Kept:
                Keep(send, outcome: null);
                break;
            case SendStage.New:
                Accept(send);
                break;
            case SendStage.Storing:
                _underWay++;
                _storing.Enter(send, send.Since);
                break;
            case SendStage.Ending:
                _ending.Enter(send, send.Since);
                break;
        }
    }

    void TakeAdded()
    {
        for (var left = MaxPerTurn; left > 0; left--)
        {
            // While the window is full nobody tells that there is more: it goes on by itself.
            _isBehind = _underWay >= UnfinishedSends.Window;
            if (_isBehind || !_sends.TryTake(out var send))
                return;
            Accept(send);
        }
        Self.Tell(Sends.Added.Instance);
    }

    void Accept(OutgoingSend send)
    {
        _underWay++;
        if (_settings.JournalId is null)
            Publish(send);
        else
            Store(send);
    }

    /// <summary>Publishes for the first time. No actor and no timer is made for the request: most are at their end when the answer comes.</summary>
    void Publish(OutgoingSend send)
    {
        send.Answer?.TrySetResult(send.Request);
        Subscribe(send);
        _publishing.Enter(send, _sends.Now);
        _settings.Router.Tell(new RelayTopics.Publish(send.Shard, send.Hash, send.Message, send, IsRepeat: false), Self);
    }

    void FirstPublished(OutgoingSend send, PublishOutcome outcome)
    {
        if (outcome is PublishOutcome.Congested)
        {
            WaitForRoom(send);
            return;
        }
        _underWay--;
        if (outcome is PublishOutcome.Sent or PublishOutcome.Duplicate && (send.Message.IsEphemeral || !_settings.Stores.CanAsk()))
        {
            Propagate(send);
            End(send, SendEnd.Sent);
        }
        else
        {
            Keep(send, outcome);
        }
    }

    /// <summary>Hands a request to an actor of its own.</summary>
    void Keep(OutgoingSend send, PublishOutcome? outcome)
    {
        _kept.Enter(send, send.Accepted);
        var (settings, confirmation) = (_settings, _confirmation!);
        send.Actor = Context.Spawn(Props.Create(() => new SendActor(send, settings, confirmation, outcome)));
    }

    void TakeOverdue()
    {
        var now = _sends.Now;
        while (_publishing.TryTakeOverdue(now, out var send))
        {
            _underWay--;
            Keep(send, outcome: null);
        }
        while (_kept.TryTakeOverdue(now, out var send))
            EndKept(send, send.IsPropagated ? SendEnd.Sent : SendEnd.NoPeers);
        TakeOverdueOfJournal(now);
    }

    void EndKept(OutgoingSend send, SendEnd end)
    {
        if (send.Stage is not SendStage.Kept)
            return;
        Context.Stop(send.Actor!);
        send.Actor = null;
        End(send, end);
    }

    void Propagate(OutgoingSend send)
    {
        if (send.IsPropagated || send.Stage is not (SendStage.Publishing or SendStage.Kept))
            return;
        send.IsPropagated = true;
        _settings.Waiting.Add(new MessagePropagated(send.Request, send.Hash), _settings.Events);
    }

    void End(OutgoingSend send, SendEnd end)
    {
        send.End = end;
        if (_settings.JournalId is null)
            TellEnd(send);
        else
            StoreEnd(send);
    }

    void TellEnd(OutgoingSend send)
    {
        _sends.Remove(send);
        _settings.Waiting.Add(send.Result(send.End, _options.Timeout), _settings.Events);
    }

    /// <summary>The first message on a content topic subscribes to it (MESSAGING-API §Messaging).</summary>
    void Subscribe(OutgoingSend send)
    {
        if (send.Topic is not { } topic || _subscribed.ContainsKey(topic.Text))
            return;
        // More topics than can be subscribed to need not be remembered.
        if (_subscribed.Count >= _settings.Options.Receiving.MaxContentTopics)
            _subscribed.Clear();
        _subscribed.Add(topic.Text, false);
        Context.PipeTo(
            _settings.Subscriptions.Ask<Subscriptions.Answer>(new Subscriptions.Subscribe(topic, send.Shard), NodeEnvironment.AnswerTimeout),
            map: _ => new Subscribed(topic.Text));
    }

    sealed record Subscribed(string Topic);

    sealed record Sweep
    {
        public static readonly Sweep Instance = new();
    }
}
