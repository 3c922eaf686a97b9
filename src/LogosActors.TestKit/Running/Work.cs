using Akka.Dispatch;

namespace LogosActors.TestKit.Running;

/// <summary>Something that competes for turns: an actor's mailbox, or a queue of continuations.</summary>
/// <remarks>
/// The name is the same in every process that runs the same seed: it orders what becomes ready in one step, so that neither
/// the order of arrival nor that of a dictionary has a say.
/// </remarks>
internal abstract class Work(SimulatedProcess? process, string name)
{
    public SimulatedProcess? Process { get; } = process;

    public string Name { get; } = name;

    public ulong Hash { get; } = StableHash.Of(name);

    /// <summary>Runs outside of any task scheduler, so that continuations without a captured context run there and then.</summary>
    public virtual bool IsBare => false;

    /// <summary>Orders what has the same name: two incarnations of an actor.</summary>
    public int Arrival { get; set; }

    public abstract void Run();
}

/// <summary>Callbacks in their order; the head of the queue competes for its turn like one more actor.</summary>
internal sealed class WorkQueue(SimulationLoop loop, SimulatedProcess? process, string name, bool isBare = false) : Work(process, name)
{
    readonly Queue<(Action<object?> Callback, object? State)> _queue = new();

    public override bool IsBare => isBare;

    public void Add(Action<object?> callback, object? state)
    {
        _queue.Enqueue((callback, state));
        if (_queue.Count == 1)
            loop.Ready(this);
    }

    public override void Run()
    {
        var (callback, state) = _queue.Peek();
        try
        {
            callback(state);
        }
        finally
        {
            _queue.Dequeue();
            if (_queue.Count > 0)
                loop.Ready(this);
        }
    }
}

/// <summary>A mailbox of a type that is not the kit's: bounded, or with priorities.</summary>
internal sealed class ForeignMailboxWork(SimulatedProcess process, string name, Mailbox mailbox) : Work(process, name)
{
    public override void Run() => mailbox.Run();
}
