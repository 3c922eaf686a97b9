using Microsoft.Extensions.DependencyInjection;

namespace LogosActors.Actors.Embedded;

/// <summary>What a cell waits for while an asynchronous step of its actor runs.</summary>
internal enum AwaitKind
{
    Handling,
    Starting,
    FinishingToRestart,
    FinishingToStop,
}

/// <summary>The state that only some actors need, made on first use.</summary>
internal sealed class CellExtras
{
    // The asynchronous step that is under way.
    public ValueTask Awaited;
    public AwaitKind Continuation;
    public object? AwaitedMessage;
    public long AwaitStarted;
    public Action? OnAwaited;
    public ActorSynchronizationContext? SynchronizationContext;
    public CancellationTokenSource? Stopping;

    // The trace of the message that is being handled.
    public TracedMessage? Traced;
    public System.Diagnostics.Activity? Activity;

    // What has been asked of the actor while it could not obey.
    public (Exception Cause, object? Message, TimeSpan Delay)? PendingRestart;
    public (Exception Cause, object? Message)? PendingFailure;

    // Supervision: as a child.
    public int Restarts;
    public int RecentFailures;
    public long LastFailure;
    public Queue<long>? RestartTimes;
    public (Exception Cause, object? Message, TimeSpan Delay) Restart;
    public ITimer? BackoffTimer;

    // Supervision: as a parent. Children whose failure was escalated share the decision about this actor.
    public List<ActorCell>? Escalated;

    // What the actor holds over its restarts, to be given up at its end.
    public Action? AtEnd;

    // Behaviour.
    public Func<object, ValueTask>? Behaviour;
    public Queue<Envelope>? Stash;
    public Queue<Envelope>? Unstashed;

    public Dictionary<object, TimerSignal>? Timers;
    public TimeSpan? ReceiveTimeout;
    public ITimer? ReceiveTimer;
    public long LastReceived;

    public HashSet<ActorRef>? Watching;
    public List<LocalRef>? Watchers;
    public ChildSet? Children;
    public AsyncServiceScope? Services;
    public Random? Random;
    public Microsoft.Extensions.Logging.ILogger? Log;

    public Envelope NextUnstashed(Queue<Envelope> unstashed)
    {
        var envelope = unstashed.Dequeue();
        if (unstashed.Count == 0)
            Unstashed = null;
        return envelope;
    }
}

/// <summary>The children of one actor: by name, and in the order of their creation. Guarded by the parent's mailbox lock.</summary>
internal sealed class ChildSet
{
    readonly Dictionary<string, LinkedListNode<ActorCell>> _byName = new(StringComparer.Ordinal);
    readonly LinkedList<ActorCell> _inOrder = new();
    long _generated;

    /// <summary>Whether the parent waits for the last child to stop.</summary>
    public bool IsAwaited { get; set; }

    public int Count => _byName.Count;

    /// <summary>The children, eldest first.</summary>
    public LinkedList<ActorCell> InOrder => _inOrder;

    public ActorCell? Find(string name) => _byName.TryGetValue(name, out var node) ? node.Value : null;

    public string GenerateName() => string.Create(null, $"${_generated++:x}");

    public bool TryAdd(ActorCell child)
    {
        ref var node = ref global::System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_byName, child.Name, out var taken);
        if (taken)
            return false;
        node = _inOrder.AddLast(child);
        return true;
    }

    public void Remove(ActorCell child)
    {
        if (_byName.Remove(child.Name, out var node))
            _inOrder.Remove(node);
    }
}
