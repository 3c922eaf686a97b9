using LogosActors.Channels.Segmentation;

namespace LogosActors.Channels.Tests.Segmentation;

public sealed class ReassemblyTests
{
    static readonly byte[] Payload = Sender.Bytes(10_000);

    readonly Receiver _receiver = new();

    [Fact]
    public void A_message_is_told_with_its_last_chunk_and_not_before()
    {
        var chunks = Sender.Chunks(Payload);
        _receiver.Receive("alice", chunks.Take(9));
        Assert.Empty(_receiver.Completed);
        _receiver.Receive("alice", chunks[9]);
        var told = Assert.Single(_receiver.Completed);
        Assert.Equal(("alice", "request"), (told.Key.SenderId, told.Key.RequestId));
        Assert.Equal(Payload, told.Payload.ToArray());
        Assert.Equal(chunks.Select(chunk => new CompletedChunk(chunk.Id.ToString(), IsRebuilt: false)), told.Chunks);
        Assert.Equal((0, 0), (_receiver.Reassembly.PartialMessages, _receiver.Reassembly.PartialBytes));
    }

    [Fact]
    public void A_message_of_one_chunk_is_told_at_once_and_leaves_nothing_behind()
    {
        _receiver.Receive("alice", Sender.Chunks([1, 2, 3]));
        Assert.Equal([1, 2, 3], Assert.Single(_receiver.Completed).Payload.ToArray());
        Assert.Empty(_receiver.Events);
    }

    [Fact]
    public void Chunks_that_come_again_or_late_tell_nothing_again()
    {
        var chunks = Sender.Chunks(Payload, Sender.Coded);
        _receiver.Receive("alice", chunks.Take(3));
        _receiver.Receive("alice", chunks.Reverse());
        _receiver.Receive("alice", chunks);
        Assert.Single(_receiver.Effects);
    }

    [Fact]
    public void What_parity_has_rebuilt_is_known_by_its_name()
    {
        var chunks = Sender.Chunks(Payload, Sender.Coded);
        Assert.Equal(12, chunks.Count);
        _receiver.Receive("alice", [chunks[0], .. chunks.Skip(2).Take(7), chunks[10], chunks[11]]);
        var told = Assert.Single(_receiver.Completed);
        Assert.Equal(Payload, told.Payload.ToArray());
        Assert.Equal(chunks.Take(10).Select((chunk, i) => new CompletedChunk(chunk.Id.ToString(), i is 1 or 9)), told.Chunks);
    }

    [Fact]
    public void Messages_of_different_senders_with_the_same_bytes_do_not_mix()
    {
        var (ofAlice, ofBob) = (Sender.Chunks(Payload), Sender.Chunks(Payload, sender: "bob"));
        _receiver.Receive("alice", ofAlice.Take(5));
        _receiver.Receive("bob", ofBob.Skip(5));
        Assert.Empty(_receiver.Completed);
        _receiver.Receive("bob", ofBob.Take(5));
        _receiver.Receive("alice", ofAlice.Skip(5));
        Assert.Equal(["bob", "alice"], _receiver.Completed.Select(told => told.Key.SenderId));
    }

    [Fact]
    public void The_same_bytes_sent_twice_are_told_twice()
    {
        _receiver.Receive("alice", Sender.Chunks(Payload, request: "first"));
        _receiver.Receive("alice", Sender.Chunks(Payload, request: "second"));
        Assert.Equal(["first", "second"], _receiver.Completed.Select(told => told.Key.RequestId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Segments_of_other_implementations_are_understood(bool isCoded)
    {
        var chunks = Sender.Published(Payload, isCoded ? Sender.Coded : Sender.Plain);
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < chunks.Count; i++)
            {
                if (!isCoded || i is not (2 or 9))
                    _receiver.Receive("alice", $"{round}-{i}", chunks[i].Content);
            }
        }
        // They are sent twice, as two messages; with parity, what is lost has no name.
        Assert.Equal(2, _receiver.Completed.Count());
        Assert.All(_receiver.Completed, told => Assert.Equal(Payload, told.Payload.ToArray()));
        Assert.Equal(isCoded ? null : "0-9", _receiver.Completed.First().Chunks[9].MessageId);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4000)]
    public void Zeros_at_the_end_of_a_message_are_told_from_padding_of_a_rebuilt_last_segment(int zeros)
    {
        byte[] payload = [.. Sender.Bytes(5000), 1, .. new byte[zeros]];
        var options = Sender.Coded with { ChunkSizeBytes = 8192 / 2 };
        var chunks = Sender.Published(payload, options);
        var data = chunks.Count(chunk => !chunk.IsParity);
        _receiver.Receive("alice", chunks.Where((_, i) => i != data - 1));
        Assert.Equal(payload, Assert.Single(_receiver.Completed).Payload.ToArray());
    }

    [Fact]
    public void A_last_segment_that_another_implementation_sends_padded_is_cut()
    {
        var chunks = Sender.Published(Sender.Bytes(1500), Sender.Coded);
        var padded = Sender.Forge(chunks[1], segment => segment with { Payload = (byte[])[.. segment.Payload.Span, .. new byte[1024 - segment.Payload.Length]] });
        _receiver.Receive("alice", chunks[0], padded);
        Assert.Equal(Sender.Bytes(1500), Assert.Single(_receiver.Completed).Payload.ToArray());
    }

    [Fact]
    public void Chunks_that_wait_too_long_are_dropped_and_named()
    {
        var chunks = Sender.Chunks(Payload);
        _receiver.Receive("alice", chunks[3]);
        _receiver.Now += TimeSpan.FromMinutes(20);
        _receiver.Receive("alice", chunks[1]);
        Assert.Equal(Receiver.Start + TimeSpan.FromMinutes(50), _receiver.Reassembly.Deadline);
        _receiver.Pass(TimeSpan.FromMinutes(29));
        Assert.Empty(_receiver.Effects);
        _receiver.Pass(TimeSpan.FromMinutes(1));
        var dropped = Assert.Single(_receiver.Dropped);
        Assert.Equal(DropReason.Expired, dropped.Reason);
        Assert.Equal([chunks[3].Id.ToString(), chunks[1].Id.ToString()], dropped.MessageIds);
        Assert.Equal((0, null), (_receiver.Reassembly.PartialBytes, _receiver.Reassembly.Deadline));
    }

    [Fact]
    public void The_time_while_the_process_did_not_run_is_not_waited()
    {
        _receiver.Receive("alice", Sender.Chunks(Payload).Skip(1));
        _receiver.Now += TimeSpan.FromDays(3);
        _receiver.Reassembly.Resume(_receiver.Now);
        _receiver.Pass(TimeSpan.FromMinutes(29));
        _receiver.Receive("alice", Sender.Chunks(Payload)[0]);
        Assert.Single(_receiver.Completed);
    }

    [Fact]
    public void The_oldest_message_of_a_sender_makes_room_when_it_has_too_many_in_parts()
    {
        var receiver = new Receiver(new SegmentationOptions { MaxPartialMessagesPerSender = 2 });
        receiver.Receive("bob", Sender.Chunks(Payload, sender: "bob")[0]);
        foreach (var request in new[] { "1", "2", "3" })
            receiver.Receive("alice", Sender.Chunks(Payload, request: request)[0]);
        var dropped = Assert.Single(receiver.Dropped);
        Assert.Equal(("alice", "1", DropReason.SenderQuota), (dropped.Key.SenderId, dropped.Key.RequestId, dropped.Reason));
        Assert.Equal(3, receiver.Reassembly.PartialMessages);
    }

    [Fact]
    public void The_sender_with_the_most_messages_makes_room_when_all_have_too_many_in_parts()
    {
        var receiver = new Receiver(new SegmentationOptions { MaxPartialMessages = 3 });
        receiver.Receive("bob", Sender.Chunks(Payload, sender: "bob")[0]);
        receiver.Receive("mallory", Sender.Chunks(Payload, sender: "mallory", request: "1")[0]);
        receiver.Receive("mallory", Sender.Chunks(Payload, sender: "mallory", request: "2")[0]);
        receiver.Receive("alice", Sender.Chunks(Payload)[0]);
        var dropped = Assert.Single(receiver.Dropped);
        Assert.Equal(("mallory", "1", DropReason.TotalQuota), (dropped.Key.SenderId, dropped.Key.RequestId, dropped.Reason));
        Assert.Equal(3, receiver.Reassembly.PartialMessages);
    }

    [Fact]
    public void The_sender_with_the_most_bytes_makes_room_when_all_have_too_many_bytes_in_parts()
    {
        var receiver = new Receiver(new SegmentationOptions { MaxPartialBytes = 4 << 20, MaxPartialBytesPerSender = 4 << 20 });
        var large = new SegmentationOptions();
        receiver.Receive("bob", Sender.Chunks(Sender.Bytes(1 << 20), large, "bob").Skip(1));
        foreach (var request in new[] { "1", "2", "3" })
            receiver.Receive("mallory", Sender.Chunks(Sender.Bytes(1 << 20), large, "mallory", request).Skip(1));
        receiver.Receive("alice", Sender.Chunks(Sender.Bytes(1 << 20), large).Skip(1));
        Assert.Equal(("mallory", "1", DropReason.TotalQuota), Assert.Single(receiver.Dropped.Select(dropped => (dropped.Key.SenderId, dropped.Key.RequestId, dropped.Reason))));
        Assert.InRange(receiver.Reassembly.PartialBytes, 3 << 20, 4 << 20);
    }

    [Fact]
    public void As_many_messages_are_remembered_as_is_set()
    {
        var receiver = new Receiver(new SegmentationOptions { MaxRememberedMessages = 2 });
        foreach (var request in new[] { "1", "2", "3" })
            receiver.Receive("alice", Sender.Chunks(Payload, request: request));
        Assert.Equal(["2", "3"], receiver.Reassembly.Snapshot().Completed.Select(completed => completed.Key.RequestId));
    }
}
