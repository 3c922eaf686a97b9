using System.Diagnostics.CodeAnalysis;

namespace LogosActors.Actors.TestKit;

/// <summary>A message that a probe has received.</summary>
/// <param name="Message">The message.</param>
/// <param name="Sender">Who sent it; <see cref="ActorSystem.DeadLetters"/> when nobody did.</param>
public readonly record struct ReceivedMessage(object Message, ActorRef Sender);

/// <summary>An actor in the hands of a test: it keeps what it receives until the test asks for it, in order.</summary>
/// <remarks>Expectations end as soon as they can: when the message has come, or when the time is up. Use a probe from one flow at a time.</remarks>
public sealed class TestProbe
{
    readonly ActorTestKit _kit;
    readonly ProbeQueue _received = new();
    ReceivedMessage _last;
    long? _deadline;

    internal TestProbe(ActorTestKit kit, string? name)
    {
        _kit = kit;
        Ref = kit.System.Spawn(Props.Create(() => new ProbeActor(_received)), name);
    }

    /// <summary>The probe's address.</summary>
    public ActorRef Ref { get; }

    /// <summary>The last message that an expectation took.</summary>
    public object LastMessage => _last.Message ?? throw new InvalidOperationException($"{Ref} has not received a message yet.");

    /// <summary>Who sent <see cref="LastMessage"/>.</summary>
    public ActorRef LastSender => _last.Sender ?? throw new InvalidOperationException($"{Ref} has not received a message yet.");

    /// <summary>How many messages have arrived that no expectation has taken.</summary>
    public int Waiting => _received.Count;

    /// <summary>The probe's address.</summary>
    [SuppressMessage("Usage", "CA2225:Operator overloads have named alternates", Justification = "It is Ref.")]
    public static implicit operator ActorRef(TestProbe probe) => probe?.Ref!;

    /// <summary>Tells an actor a message with this probe as the sender.</summary>
    public void Send(ActorRef actor, object message)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Tell(message, Ref);
    }

    /// <summary>Answers the sender of the last message.</summary>
    public void Reply(object message) => LastSender.Tell(message, Ref);

    /// <summary>Passes the last message on, keeping its sender.</summary>
    public void Forward(ActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Tell(LastMessage, LastSender);
    }

    /// <summary>Watches an actor; its end arrives as <see cref="Terminated"/>.</summary>
    public void Watch(ActorRef actor) => Ref.Tell(new ProbeActor.Command(context => context.Watch(actor)));

    /// <summary>Takes back <see cref="Watch"/>.</summary>
    public void Unwatch(ActorRef actor) => Ref.Tell(new ProbeActor.Command(context => context.Unwatch(actor)));

    /// <summary>Takes the next message, which must be a <typeparamref name="T"/> that the predicate accepts.</summary>
    /// <param name="timeout">How long to wait; null for <see cref="TestKitOptions.ExpectTimeout"/>, or what a surrounding <c>Within</c> leaves.</param>
    /// <param name="predicate">What else must hold.</param>
    /// <exception cref="ExpectationFailedException">Nothing came, or something else.</exception>
    public async Task<T> ExpectMsg<T>(TimeSpan? timeout = null, Func<T, bool>? predicate = null)
    {
        var received = await NextAsync(timeout, typeof(T).Name);
        if (received.Message is not T expected)
            throw new ExpectationFailedException($"{Ref} expected {typeof(T).Name}, but {Describe(received)} came.");
        if (predicate?.Invoke(expected) == false)
            throw new ExpectationFailedException($"{Ref} expected another {typeof(T).Name}, but {Describe(received)} came.");
        return expected;
    }

    /// <summary>Takes the next message, which must equal <paramref name="expected"/>.</summary>
    /// <exception cref="ExpectationFailedException">Nothing came, or something else.</exception>
    public async Task ExpectMsg(object expected, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var received = await NextAsync(timeout, expected.ToString() ?? expected.GetType().Name);
        if (!expected.Equals(received.Message))
            throw new ExpectationFailedException($"{Ref} expected {expected}, but {Describe(received)} came.");
    }

    /// <summary>Lets time pass, in which no message may come.</summary>
    /// <param name="duration">How long; null for <see cref="TestKitOptions.ExpectNothingFor"/>.</param>
    /// <exception cref="ExpectationFailedException">One came.</exception>
    public async Task ExpectNoMsg(TimeSpan? duration = null)
    {
        var time = duration ?? _kit.Options.ExpectNothingFor;
        if (_received.Count == 0)
            await _kit.Host.AdvanceAsync(time);
        if (_received.TryTake(out var received, out _))
            throw new ExpectationFailedException($"{Ref} expected nothing for {time}, but {Describe(received)} came.");
    }

    /// <summary>Takes messages until one is a <typeparamref name="T"/> that the predicate accepts; drops the others.</summary>
    /// <exception cref="ExpectationFailedException">None came in time; says what did.</exception>
    public async Task<T> FishForMessage<T>(Func<T, bool>? predicate = null, TimeSpan? timeout = null)
    {
        var end = Deadline(timeout);
        var dropped = new List<ReceivedMessage>();
        while (await TryNextAsync(end) is { } received)
        {
            if (received.Message is T wanted && predicate?.Invoke(wanted) != false)
                return wanted;
            dropped.Add(received);
        }

        throw new ExpectationFailedException(
            $"{Ref} fished for {typeof(T).Name} and got {dropped.Count} others: {string.Join(", ", dropped.Take(20).Select(Describe))}.");
    }

    /// <summary>Takes the next messages, exactly as many as said.</summary>
    /// <exception cref="ExpectationFailedException">Fewer came in time.</exception>
    public async Task<IReadOnlyList<object>> ReceiveN(int count, TimeSpan? timeout = null)
    {
        var end = Deadline(timeout);
        var taken = new List<object>(count);
        while (taken.Count < count)
        {
            if (await TryNextAsync(end) is not { } received)
                throw new ExpectationFailedException($"{Ref} expected {count} messages, but {taken.Count} came: {string.Join(", ", taken.Take(20))}.");
            taken.Add(received.Message);
        }

        return taken;
    }

    /// <summary>Takes the next message, which must be the <see cref="Terminated"/> of an actor that is watched.</summary>
    /// <exception cref="ExpectationFailedException">Nothing came, or something else.</exception>
    public Task<Terminated> ExpectTerminated(ActorRef actor, TimeSpan? timeout = null) =>
        ExpectMsg<Terminated>(timeout, terminated => terminated.Actor == actor);

    /// <summary>Runs a block whose expectations share one time limit, and which must end between two times.</summary>
    /// <param name="min">Not before this has passed.</param>
    /// <param name="max">The limit.</param>
    /// <param name="block">Expectations on this probe.</param>
    public async Task Within(TimeSpan min, TimeSpan max, Func<Task> block)
    {
        ArgumentNullException.ThrowIfNull(block);
        var clock = _kit.Host.Clock;
        var started = clock.GetTimestamp();
        var outer = _deadline;
        _deadline = started + Ticks(max);
        try
        {
            await block();
        }
        finally
        {
            _deadline = outer;
        }

        var taken = clock.GetElapsedTime(started);
        if (taken < min || taken > max)
            throw new ExpectationFailedException($"The block took {taken}, expected was {min} to {max}.");
    }

    /// <summary>Runs a block whose expectations share one time limit.</summary>
    public Task Within(TimeSpan max, Func<Task> block) => Within(TimeSpan.Zero, max, block);

    static string Describe(ReceivedMessage received) => $"{received.Message} ({received.Message.GetType().Name}) from {received.Sender}";

    long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _kit.Host.Clock.TimestampFrequency);

    long Deadline(TimeSpan? timeout)
    {
        if (timeout is null && _deadline is { } shared)
            return shared;
        var own = _kit.Host.Clock.GetTimestamp() + Ticks(timeout ?? _kit.Options.ExpectTimeout);
        return _deadline is { } limit ? Math.Min(own, limit) : own;
    }

    async Task<ReceivedMessage> NextAsync(TimeSpan? timeout, string expected)
    {
        var started = _kit.Host.Clock.GetTimestamp();
        return await TryNextAsync(Deadline(timeout))
            ?? throw new ExpectationFailedException(
                $"{Ref} expected {expected}, but nothing came within {_kit.Host.Clock.GetElapsedTime(started)}.");
    }

    async Task<ReceivedMessage?> TryNextAsync(long end)
    {
        while (true)
        {
            if (_received.TryTake(out var received, out var arrival))
            {
                _last = received;
                return received;
            }

            var now = _kit.Host.Clock.GetTimestamp();
            var left = end > now ? _kit.Host.Clock.GetElapsedTime(now, end) : TimeSpan.Zero;
            if (!await _kit.Host.WaitAsync(arrival, left))
                return null;
        }
    }
}

/// <summary>What a probe has received and the test has not taken. Safe for use from many threads.</summary>
internal sealed class ProbeQueue
{
    readonly Lock _gate = new();
    readonly Queue<ReceivedMessage> _messages = new();
    TaskCompletionSource? _arrival;

    public int Count
    {
        get
        {
            lock (_gate)
                return _messages.Count;
        }
    }

    public void Add(ReceivedMessage received)
    {
        TaskCompletionSource? arrival;
        lock (_gate)
        {
            _messages.Enqueue(received);
            (arrival, _arrival) = (_arrival, null);
        }

        arrival?.TrySetResult();
    }

    /// <summary>Takes the first message, or says what to wait for until there is one.</summary>
    public bool TryTake(out ReceivedMessage received, out Task arrival)
    {
        lock (_gate)
        {
            if (_messages.TryDequeue(out received))
            {
                arrival = Task.CompletedTask;
                return true;
            }

            arrival = (_arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return false;
        }
    }
}
