using System.Text;
using LogosActors.Channels;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;

namespace LogosActors.Interop.Tests.Channels.Conversations;

/// <summary>A participant of ours: the state machine, and what its actor does with the effects.</summary>
internal sealed class OurParticipant : IParticipant
{
    readonly SdsNetwork _network;
    readonly SdsDialect? _only;
    readonly List<SdsEffect> _effects = [];
    int _version;

    public OurParticipant(SdsNetwork network, string id, SdsOptions options, SdsDialect? only)
    {
        (_network, Id, _only) = (network, id, only);
        Machine = new SdsChannel(SdsNetwork.Channel, id, options, network.Random);
        Do(machine => machine.Begin(network.Now));
    }

    public string Id { get; }

    public SdsChannel Machine { get; }

    public IReadOnlyList<string> Delivered => [.. Of(SdsEffectKind.Deliver).Select(effect => effect.Message!.MessageId)];

    public IReadOnlyList<string> Acknowledged => [.. Of(SdsEffectKind.Acknowledged).Select(effect => effect.MessageId!)];

    public Task<string> SendAsync(string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var id = SdsNetwork.IdOf(bytes);
        Do(machine => Assert.Equal(SdsSendOutcome.Taken, machine.Send(id, bytes, _network.Now)));
        return Task.FromResult(id);
    }

    public Task<string> SendEphemeralAsync(string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var id = SdsNetwork.IdOf(bytes);
        Do(machine => Assert.True(machine.SendEphemeral(id, bytes, _network.Now)));
        return Task.FromResult(id);
    }

    /// <summary>What was to be done, in order.</summary>
    public IEnumerable<SdsEffect> Of(SdsEffectKind kind) => _effects.Where(effect => effect.Kind == kind);

    public Task ReceiveAsync(byte[] wire, byte[] hint)
    {
        Assert.True(SdsCodec.TryDecode(wire, BloomParameters.Default, out var message, out var dialect, out var error), $"{error}");
        if (_only is null || dialect == _only)
            Do(machine => machine.Receive(message, dialect, hint, _network.Now));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> LogAsync() => Task.FromResult<IReadOnlyList<string>>([.. Machine.Log.Select(entry => entry.Id)]);

    public Task<IReadOnlyList<string>> OutgoingAsync() => Task.FromResult<IReadOnlyList<string>>([.. Machine.Outgoing.Select(message => message.MessageId)]);

    public Task<int> WaitingAsync() => Task.FromResult(Machine.Waiting);

    void Do(Action<SdsChannel> input)
    {
        input(Machine);
        while (Machine.TryTakeEffect(out var effect))
        {
            _effects.Add(effect);
            Run(effect);
        }
        var version = ++_version;
        if (Machine.NextDeadline is var next && next != long.MaxValue)
            _network.In(next - _network.Now, () => TickAsync(version));
    }

    void Run(SdsEffect effect)
    {
        if (effect is { Kind: SdsEffectKind.Transmit, Message: { } message })
        {
            _network.Broadcast(new SdsPacket(this, effect.Transmit, message.MessageId, SdsCodec.Encode(message, _only ?? effect.Dialect)));
            if (effect.Transmit is TransmitKind.New)
                Machine.Dispatched(message.MessageId, SdsNetwork.HintOf(message.MessageId), _network.Now);
        }
        else if (effect.Kind is SdsEffectKind.Retrieve)
        {
            _network.Retrieve(this, effect.RetrievalHint.ToArray());
        }
    }

    Task TickAsync(int version)
    {
        if (version == _version)
            Do(machine => machine.Tick(_network.Now));
        return Task.CompletedTask;
    }
}
