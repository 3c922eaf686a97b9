using Akka.Actor;
using Akka.Persistence;
using Google.Protobuf.WellKnownTypes;
using LogosActors.Actors.Serialization;

namespace LogosActors.Actors.Tests;

/// <summary>A persistent actor of the usual shape: it keeps lines, and confirms each one once it is stored.</summary>
sealed class Notebook(string persistenceId, PersistencePlugins plugins, NotebookOptions? options = null) : SupervisedPersistentActor(plugins), IWithStash
{
    readonly List<string> _lines = [];
    bool _isHolding;

    public static ProtobufTypes Types { get; } = new ProtobufTypes("notebook", 7_190).Add(StringValue.Parser, "line");

    public override string PersistenceId => persistenceId;

    public static Props Props(string persistenceId, PersistencePlugins plugins, NotebookOptions? options = null) =>
        Akka.Actor.Props.Create(() => new Notebook(persistenceId, plugins, options));

    protected override void PreStart()
    {
        options?.Started?.Invoke();
        base.PreStart();
    }

    protected override void OnRecover(object message)
    {
        options?.Recovering?.Invoke(message);
        if (message is StringValue line)
            _lines.Add(line.Value);
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Hold:
                _isHolding = true;
                break;
            case Release:
                _isHolding = false;
                Stash.UnstashAll();
                break;
            case Write when _isHolding:
                Stash.Stash();
                break;
            case Write write:
                var sender = Sender;
                _lines.Add(write.Line);
                PersistAllAsync([new StringValue { Value = write.Line }], _ => sender.Tell(new Written(write.Line)));
                break;
            case WriteNow now:
                _lines.Add(now.Line);
                PersistAllAsync([new StringValue { Value = now.Line }], _ => { });
                break;
            case Read:
                Sender.Tell(new Lines([.. _lines]));
                break;
            case Fail fail:
                throw fail.Cause;
            case ManualResetEventSlim gate:
                gate.Wait(TimeSpan.FromSeconds(10));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    public sealed record Write(string Line);

    /// <summary>Stores a line even while others are held.</summary>
    public sealed record WriteNow(string Line);

    public sealed record Written(string Line);

    public sealed record Read;

    public sealed record Lines(IReadOnlyList<string> All);

    public sealed record Fail(Exception Cause);

    public sealed record Hold;

    public sealed record Release;
}

sealed record NotebookOptions(Action? Started = null, Action<object>? Recovering = null);

/// <summary>Recreates its notebook, as the parent of a persistent actor does.</summary>
sealed class Shelf : SupervisedActor
{
    readonly RecreatedChild _notebook;

    public Shelf(Props notebook, IActorRef sibling, int capacity = RecreatedChild.DefaultCapacity, ExponentialBackoff? backoff = null) =>
        _notebook = new RecreatedChild(
            Context, notebook, "notebook", backoff ?? new ExponentialBackoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500)),
            created: child => sibling.Tell(new Created(child)),
            overflow: (message, sender) => sender.Tell(new NotStored(message)), capacity);

    protected override SupervisorStrategy SupervisorStrategy() => new BackoffStrategy(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500));

    protected override void OnReceive(object message)
    {
        if (_notebook.TryHandle(message))
            return;
        switch (message)
        {
            case Close:
                _notebook.Stop();
                break;
            case Fail fail:
                throw fail.Cause;
            case Count:
                Sender.Tell(_notebook.Waiting);
                break;
            case Hold hold:
                hold.Begun.Set();
                hold.Gate.Wait(TimeSpan.FromSeconds(60));
                break;
            default:
                _notebook.Tell(message, Sender);
                break;
        }
    }

    protected override void PostStop() => _notebook.Stop();

    public sealed record Created(IActorRef Child);

    public sealed record NotStored(object Message);

    public sealed record Close;

    public sealed record Count;

    public sealed record Fail(Exception Cause);

    /// <summary>Handles nothing else until the gate is open.</summary>
    public sealed record Hold(ManualResetEventSlim Begun, ManualResetEventSlim Gate)
    {
        public Hold()
            : this(new ManualResetEventSlim(), new ManualResetEventSlim())
        {
        }
    }
}
