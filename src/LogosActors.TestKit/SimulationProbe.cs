using Akka.Actor;

namespace LogosActors.TestKit;

/// <summary>A message that a probe has received.</summary>
/// <param name="Message">The message.</param>
/// <param name="Sender">Who sent it; dead letters if nobody did.</param>
/// <param name="Time">When it was handled, in virtual time since the beginning.</param>
public readonly record struct ProbedMessage(object Message, IActorRef Sender, TimeSpan Time);

/// <summary>An actor in the hands of a test: it keeps what it receives. Expectations take it from there, in order, and run the simulation meanwhile.</summary>
public sealed class SimulationProbe
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    readonly Simulation _simulation;
    readonly List<ProbedMessage> _received = [];
    int _taken;
    ProbedMessage _last;

    internal SimulationProbe(Simulation simulation, ActorSystem system, string? name)
    {
        _simulation = simulation;
        Ref = system.ActorOf(Props.Create(() => new ProbeActor(this)), name);
        simulation.Loop.Spare(Ref);
    }

    /// <summary>The probe's reference.</summary>
    public IActorRef Ref { get; }

    /// <summary>All messages since the beginning, those that expectations have taken included.</summary>
    public IEnumerable<object> Messages => _received.Select(received => received.Message);

    /// <summary>All messages since the beginning, with their senders and times.</summary>
    public IReadOnlyList<ProbedMessage> Received => _received;

    /// <summary>The number of messages that no expectation has taken.</summary>
    public int Pending => _received.Count - _taken;

    /// <summary>The last message that an expectation has taken.</summary>
    public object LastMessage => _last.Message ?? throw new InvalidOperationException($"No expectation has taken a message of {Ref} yet.");

    /// <summary>Who sent <see cref="LastMessage"/>.</summary>
    public IActorRef LastSender => _last.Sender ?? throw new InvalidOperationException($"No expectation has taken a message of {Ref} yet.");

    /// <summary>What the probe answers by itself: is given the message and its sender, in the probe's turn.</summary>
    public Action<object, IActorRef>? OnMessage { get; set; }

    /// <summary>All messages of a type since the beginning.</summary>
    /// <typeparam name="T">The type.</typeparam>
    public IEnumerable<T> Of<T>() => Messages.OfType<T>();

    /// <summary>Sends a message with the probe as its sender.</summary>
    /// <param name="actor">The receiver.</param>
    /// <param name="message">The message.</param>
    public void Send(IActorRef actor, object message)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Tell(message, Ref);
    }

    /// <summary>Answers the sender of the last message.</summary>
    /// <param name="message">The answer.</param>
    public void Reply(object message) => LastSender.Tell(message, Ref);

    /// <summary>Watches an actor; its end arrives as <see cref="Terminated"/>.</summary>
    /// <param name="actor">The actor.</param>
    public void Watch(IActorRef actor) => Ref.Tell(new Command(context => context.Watch(actor)), ActorRefs.NoSender);

    /// <summary>Takes back <see cref="Watch"/>.</summary>
    /// <param name="actor">The actor.</param>
    public void Unwatch(IActorRef actor) => Ref.Tell(new Command(context => context.Unwatch(actor)), ActorRefs.NoSender);

    /// <summary>Takes the next message, which must be a <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">The expected type.</typeparam>
    /// <param name="limit">The most virtual time to wait; null for 3 s.</param>
    /// <param name="predicate">What else must hold.</param>
    /// <exception cref="ExpectationFailedException">No message came in time, or another one.</exception>
    public T ExpectMessage<T>(TimeSpan? limit = null, Func<T, bool>? predicate = null)
    {
        if (!TryTake(limit, out var received))
            throw Failed($"expected {typeof(T).Name}, but nothing came within {limit ?? Patience}");
        if (received.Message is not T expected)
            throw Failed($"expected {typeof(T).Name}, but {Describe(received)} came");
        return predicate?.Invoke(expected) == false ? throw Failed($"expected another {typeof(T).Name}, but {Describe(received)} came") : expected;
    }

    /// <summary>Takes the next message, which must equal <paramref name="expected"/>.</summary>
    /// <param name="expected">The expected message.</param>
    /// <param name="limit">The most virtual time to wait; null for 3 s.</param>
    /// <exception cref="ExpectationFailedException">No message came in time, or another one.</exception>
    public void ExpectMessage(object expected, TimeSpan? limit = null)
    {
        if (!TryTake(limit, out var received))
            throw Failed($"expected {expected}, but nothing came within {limit ?? Patience}");
        if (!Equals(expected, received.Message))
            throw Failed($"expected {expected}, but {Describe(received)} came");
    }

    /// <summary>Takes messages up to the first that is a <typeparamref name="T"/>; skips the others.</summary>
    /// <typeparam name="T">The wanted type.</typeparam>
    /// <param name="limit">The most virtual time to wait; null for 3 s.</param>
    /// <param name="predicate">What else must hold.</param>
    /// <exception cref="ExpectationFailedException">None came in time.</exception>
    public T FishForMessage<T>(TimeSpan? limit = null, Func<T, bool>? predicate = null)
    {
        var skipped = new List<ProbedMessage>();
        var end = _simulation.Now + (limit ?? Patience);
        while (TryTake(end - _simulation.Now, out var received))
        {
            if (received.Message is T wanted && predicate?.Invoke(wanted) != false)
                return wanted;
            skipped.Add(received);
        }

        throw Failed($"fished for {typeof(T).Name} and skipped {skipped.Count} others: {string.Join(", ", skipped.Take(20).Select(Describe))}");
    }

    /// <summary>Takes the next messages, as many as asked for.</summary>
    /// <param name="count">How many.</param>
    /// <param name="limit">The most virtual time to wait for all; null for 3 s.</param>
    /// <exception cref="ExpectationFailedException">Fewer came in time.</exception>
    public IReadOnlyList<object> ExpectMessages(int count, TimeSpan? limit = null)
    {
        var taken = new List<object>(count);
        var end = _simulation.Now + (limit ?? Patience);
        while (taken.Count < count)
        {
            if (!TryTake(end - _simulation.Now, out var received))
                throw Failed($"expected {count} messages, but {taken.Count} came: {string.Join(", ", taken.Take(20))}");
            taken.Add(received.Message);
        }

        return taken;
    }

    /// <summary>Lets time pass, in which no message may come.</summary>
    /// <param name="duration">How long.</param>
    /// <exception cref="ExpectationFailedException">One came.</exception>
    public void ExpectNoMessage(TimeSpan duration)
    {
        if (_simulation.RunUntil(() => Pending > 0, duration))
            throw Failed($"expected nothing for {duration}, but {Describe(_received[_taken])} came");
    }

    /// <summary>Takes the next message, which must be the <see cref="Terminated"/> of an actor that is watched.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="limit">The most virtual time to wait; null for 3 s.</param>
    /// <exception cref="ExpectationFailedException">No message came in time, or another one.</exception>
    public Terminated ExpectTerminated(IActorRef actor, TimeSpan? limit = null) =>
        ExpectMessage<Terminated>(limit, terminated => terminated.ActorRef.Equals(actor));

    /// <summary>Forgets all messages.</summary>
    public void Clear()
    {
        _received.Clear();
        _taken = 0;
    }

    static string Describe(ProbedMessage received) => $"{received.Message} ({received.Message.GetType().Name}) from {received.Sender}";

    ExpectationFailedException Failed(string what) => new($"Seed {_simulation.Seed}: {Ref} {what}.");

    bool TryTake(TimeSpan? limit, out ProbedMessage received)
    {
        received = default;
        var most = limit ?? Patience;
        if (!_simulation.RunUntil(() => Pending > 0, most < TimeSpan.Zero ? TimeSpan.Zero : most))
            return false;
        received = _last = _received[_taken++];
        return true;
    }

    sealed record Command(Action<IActorContext> Run) : INoSerializationVerificationNeeded;

    internal sealed class ProbeActor(SimulationProbe probe) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Command command)
            {
                command.Run(Context);
                return;
            }

            probe._received.Add(new ProbedMessage(message, Sender, probe._simulation.Now));
            probe.OnMessage?.Invoke(message, Sender);
        }
    }
}
