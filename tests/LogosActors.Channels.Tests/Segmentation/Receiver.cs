using LogosActors.Channels.Segmentation;

namespace LogosActors.Channels.Tests.Segmentation;

/// <summary>A reassembly whose events are kept, as an actor keeps them.</summary>
internal sealed class Receiver(SegmentationOptions? options = null)
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public Reassembly Reassembly { get; } = new((options ?? new SegmentationOptions()).Validated());

    public List<ReassemblyEvent> Events { get; } = [];

    public List<ReassemblyEffect> Effects { get; } = [];

    public DateTimeOffset Now { get; set; } = Start;

    public IEnumerable<ReassemblyEffect.Completed> Completed => Effects.OfType<ReassemblyEffect.Completed>();

    public IEnumerable<ChunkRejection> Rejections => Effects.OfType<ReassemblyEffect.Rejected>().Select(rejected => rejected.Reason);

    public IEnumerable<ReassemblyEffect.Dropped> Dropped => Effects.OfType<ReassemblyEffect.Dropped>();

    public void Receive(string senderId, params IEnumerable<Chunk> chunks)
    {
        foreach (var chunk in chunks)
            Receive(senderId, chunk.Id.ToString(), chunk.Content);
    }

    public void Receive(string senderId, string messageId, ReadOnlyMemory<byte> content) =>
        Take(Reassembly.Receive(senderId, messageId, content, Now));

    public void Pass(TimeSpan time)
    {
        Now += time;
        Take(Reassembly.Tick(Now));
    }

    void Take(ReassemblyDecision decision)
    {
        foreach (var @event in decision.Events)
        {
            Reassembly.Apply(@event);
            Events.Add(@event);
        }
        Effects.AddRange(decision.Effects);
    }
}
