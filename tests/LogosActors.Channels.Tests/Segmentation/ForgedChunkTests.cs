using LogosActors.Channels.Segmentation;

namespace LogosActors.Channels.Tests.Segmentation;

/// <summary>Somebody sends chunks in the name of a sender who is in the middle of a message.</summary>
public sealed class ForgedChunkTests
{
    static readonly byte[] Payload = Sender.Bytes(10_000);
    static readonly IReadOnlyList<Chunk> Chunks = Sender.Chunks(Payload);
    static readonly IReadOnlyList<Chunk> Coded = Sender.Chunks(Payload, Sender.Coded);

    readonly Receiver _receiver = new();

    [Fact]
    public void What_is_no_segment_is_refused()
    {
        _receiver.Receive("alice", "1", new byte[] { 1, 2, 3 });
        Assert.Equal(new ReassemblyEffect.Rejected("alice", "1", ChunkRejection.Malformed, SegmentError.Malformed), Assert.Single(_receiver.Effects));
    }

    [Fact]
    public void A_chunk_under_an_id_that_does_not_follow_from_it_is_refused()
    {
        _receiver.Receive("alice", Chunks[0].Id.ToString(), Chunks[1].Content);
        _receiver.Receive("bob", Chunks);
        Assert.Equal(Enumerable.Repeat(ChunkRejection.InvalidId, 11), _receiver.Rejections);
        Assert.Equal(0, _receiver.Reassembly.PartialMessages);
    }

    [Fact]
    public void A_message_of_one_chunk_with_another_hash_is_refused()
    {
        _receiver.Receive("alice", Sender.Forge(Sender.Chunks([1])[0], segment => segment with { Payload = new byte[] { 2 } }));
        Assert.Equal(ChunkRejection.HashMismatch, Assert.Single(_receiver.Rejections));
        Assert.Empty(_receiver.Completed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(9)]
    public void A_chunk_with_other_bytes_does_not_keep_the_message_from_arriving(int position)
    {
        var forged = Sender.Forge(Chunks[position], Other);
        _receiver.Receive("alice", [forged, .. Chunks]);
        Assert.Equal(Payload, Assert.Single(_receiver.Completed).Payload.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(9)]
    public void A_chunk_with_other_bytes_is_never_part_of_a_message(int position)
    {
        _receiver.Receive("alice", [Sender.Forge(Chunks[position], Other), .. Chunks.Where((_, i) => i != position)]);
        Assert.Empty(_receiver.Completed);
    }

    [Fact]
    public void A_forged_last_chunk_is_dropped_when_all_before_it_have_come()
    {
        var forged = Sender.Forge(Chunks[9], Other);
        _receiver.Receive("alice", [forged, .. Chunks.Take(9)]);
        Assert.Equal(new ReassemblyEffect.Rejected("alice", forged.Id.ToString(), ChunkRejection.HashMismatch), Assert.Single(_receiver.Effects));
        _receiver.Receive("alice", Chunks[9]);
        Assert.Single(_receiver.Completed);
    }

    [Fact]
    public void A_chunk_with_the_right_bytes_that_names_another_one_before_it_is_not_delivered()
    {
        var forged = Sender.Forge(Chunks[4], segment => segment with { Linkage = segment.Linkage! with { PreviousChunkId = KeccakHash.Of([1]) } });
        _receiver.Receive("alice", [.. Chunks.Take(4), forged, .. Chunks.Skip(5)]);
        Assert.Empty(_receiver.Completed);
        _receiver.Receive("alice", Chunks[4]);
        Assert.Single(_receiver.Completed);
    }

    [Fact]
    public void A_chunk_that_would_name_a_rebuilt_one_falsely_is_not_delivered()
    {
        // The chunks around it are lost; whoever forges chunk 5 wants another id to be taken for received.
        var forged = Sender.Forge(Coded[5], segment => segment with { Linkage = segment.Linkage! with { PreviousChunkId = KeccakHash.Of([1]) } });
        _receiver.Receive("alice", [.. Coded.Take(4), forged, .. Coded.Skip(7)]);
        Assert.Empty(_receiver.Completed);
        _receiver.Receive("alice", Coded[5]);
        Assert.Equal(Coded[4].Id.ToString(), Assert.Single(_receiver.Completed).Chunks[4].MessageId);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 1)]
    [InlineData(9, 10)]
    [InlineData(10, 3)]
    [InlineData(11, 9)]
    public void A_forged_chunk_does_not_keep_parity_from_rebuilding_what_is_lost(int position, int lost)
    {
        var forged = Sender.Forge(Coded[position], Other);
        _receiver.Receive("alice", [forged, .. Coded.Where((_, i) => i != lost)]);
        Assert.Equal(Payload, Assert.Single(_receiver.Completed).Payload.ToArray());
    }

    [Fact]
    public void Chunks_that_lie_about_their_message_are_of_another_one()
    {
        var lies = new[]
        {
            Sender.Forge(Chunks[3], segment => segment with { DataCount = 9 }),
            Sender.Forge(Chunks[3], segment => segment with { ParityCount = 2 }),
            Sender.Forge(Chunks[3], segment => segment with { Linkage = segment.Linkage! with { RequestId = "other" } }),
            Sender.Forge(Chunks[3], segment => segment with { Linkage = segment.Linkage! with { Timestamp = 1 } }),
            Sender.Forge(Chunks[3], segment => segment with { Linkage = segment.Linkage! with { MessageLength = 9_999 } }),
            Sender.Forge(Chunks[3], segment => segment with { Linkage = null }),
        };
        _receiver.Receive("alice", [.. lies, .. Chunks]);
        Assert.Single(_receiver.Completed);
        Assert.Equal(lies.Length, _receiver.Reassembly.PartialMessages);
    }

    [Fact]
    public void Only_so_many_chunks_may_claim_one_place()
    {
        _receiver.Receive("alice", Enumerable.Range(0, 10).Select(i => Sender.Forge(Chunks[3], segment => segment with { Payload = BitConverter.GetBytes(i) })));
        Assert.Equal(Enumerable.Repeat(ChunkRejection.TooManyAlternatives, 6), _receiver.Rejections);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(11)]
    public void Without_linkage_the_combination_with_the_right_hash_is_found(int position)
    {
        var published = Sender.Published(Payload, Sender.Coded);
        _receiver.Receive("alice", [Sender.Forge(published[position], Other), .. published]);
        Assert.Equal(Payload, Assert.Single(_receiver.Completed).Payload.ToArray());
    }

    [Fact]
    public void A_message_that_has_all_chunks_and_another_hash_is_told_to_be_invalid_in_the_end()
    {
        var published = Sender.Published(Payload);
        _receiver.Receive("alice", [Sender.Forge(published[3], Other), .. published.Where((_, i) => i != 3)]);
        _receiver.Pass(TimeSpan.FromHours(1));
        Assert.Equal(DropReason.Invalid, Assert.Single(_receiver.Dropped).Reason);
        Assert.Empty(_receiver.Completed);
    }

    [Fact]
    public void Parity_of_a_code_that_is_not_known_here_is_refused()
    {
        _receiver.Receive("alice", Sender.Forge(Coded[10], segment => segment with { DataCount = 225, ParityCount = 29 }));
        Assert.Equal(ChunkRejection.UnknownCode, Assert.Single(_receiver.Rejections));
    }

    static SegmentMessage Other(SegmentMessage segment) => segment with { Payload = Sender.Bytes(segment.Payload.Length, 99) };
}
