using LogosActors.Channels.Sds;

namespace LogosActors.Channels.Tests.Sds;

/// <summary>A participant whose effects are written down: events in a journal, and the others in a list.</summary>
internal sealed class Participant
{
    /// <summary>When tests begin, in Unix ms.</summary>
    public const long Start = 1_700_000_000_000;

    readonly SdsOptions _options;
    readonly int _seed;

    public Participant(string id, SdsOptions? options = null, int seed = 1, long now = Start, bool begins = true)
    {
        (Id, _options, _seed) = (id, options ?? new SdsOptions(), seed);
        Channel = new SdsChannel("lobby", id, _options, new Random(seed));
        if (begins)
            Begin(now);
    }

    public string Id { get; }

    public SdsChannel Channel { get; }

    /// <summary>What was to be stored.</summary>
    public List<SdsEvent> Journal { get; } = [];

    /// <summary>What was to be done, in order.</summary>
    public List<SdsEffect> Effects { get; } = [];

    public IEnumerable<SdsMessage> Transmitted(TransmitKind kind) =>
        Effects.Where(effect => effect.Kind is SdsEffectKind.Transmit && effect.Transmit == kind).Select(effect => effect.Message!);

    public IEnumerable<string> Delivered => Of(SdsEffectKind.Deliver).Select(effect => effect.Message!.MessageId);

    public IEnumerable<string> Acknowledged => Of(SdsEffectKind.Acknowledged).Select(effect => effect.MessageId!);

    public IEnumerable<string> GivenUp => Of(SdsEffectKind.GaveUp).Select(effect => effect.MessageId!);

    public IEnumerable<string> Lost => Of(SdsEffectKind.Lost).Select(effect => effect.MessageId!);

    public IEnumerable<SdsEffect> Of(SdsEffectKind kind) => Effects.Where(effect => effect.Kind == kind);

    public void Begin(long now) => Do(channel => channel.Begin(now));

    /// <summary>Sends a message, and returns it as it was to be transmitted first.</summary>
    public SdsMessage Send(string id, long now = Start)
    {
        var before = Effects.Count;
        Assert.Equal(SdsSendOutcome.Taken, Do(channel => channel.Send(id, new byte[] { 1 }, now)));
        return Effects.Skip(before).First(effect => effect.Kind is SdsEffectKind.Transmit && effect.Message!.MessageId == id).Message!;
    }

    public SdsReceiveOutcome Receive(SdsMessage message, long now = Start, SdsDialect dialect = SdsDialect.Specification, ReadOnlyMemory<byte> hint = default) =>
        Do(channel => channel.Receive(message, dialect, hint, now));

    public void Tick(long now) => Do(channel => channel.Tick(now));

    /// <summary>Lets time pass up to some moment, deadline by deadline.</summary>
    public void RunUntil(long end)
    {
        while (Channel.NextDeadline <= end)
            Tick(Channel.NextDeadline);
        Tick(end);
    }

    /// <summary>Another one that has read so much of the journal.</summary>
    public Participant Restarted(int events, long now, bool begins = true)
    {
        var restarted = new Participant(Id, _options, _seed + 1, now, begins: false);
        foreach (var change in Journal.Take(events))
        {
            restarted.Channel.Apply(change);
            restarted.Journal.Add(change);
        }
        if (begins)
            restarted.Begin(now);
        return restarted;
    }

    public void Do(Action<SdsChannel> input) => Do(channel =>
    {
        input(channel);
        return true;
    });

    public T Do<T>(Func<SdsChannel, T> input)
    {
        var result = input(Channel);
        while (Channel.TryTakeEffect(out var effect))
        {
            if (effect.Event is { } change)
                Journal.Add(change);
            else
                Effects.Add(effect);
        }
        return result;
    }
}
