using System.Buffers;
using System.Buffers.Binary;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Security.Noise;

namespace LogosActors.Libp2p.Tests.Connections;

public sealed class OutgoingFramesTests
{
    /// <summary>What the frames of a buffer hold before they are sealed; fails when one is larger than Noise allows or no room is left for its tag.</summary>
    static byte[] Plaintext((byte[] Buffer, int Length) taken)
    {
        using var all = new MemoryStream();
        for (var at = 0; at < taken.Length;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(taken.Buffer.AsSpan(at));
            Assert.InRange(length, 1, NoiseTransport.MaxPlaintext);
            all.Write(taken.Buffer, at + NoiseTransport.PrefixSize, length);
            at += length + NoiseTransport.Overhead;
            Assert.InRange(at, 1, taken.Length);
        }
        ArrayPool<byte>.Shared.Return(taken.Buffer);
        return all.ToArray();
    }

    [Fact]
    public void What_is_written_is_in_the_frames_in_order_whatever_the_sizes()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 50; run++)
        {
            var frames = new OutgoingFrames(256 * 1024);
            using var written = new MemoryStream();
            while (true)
            {
                var wanted = 1 + random.Next(random.Next(2) == 0 ? 100 : 100_000);
                var room = frames.GetRoom(Math.Min(wanted, 4096), wanted);
                if (room.IsEmpty)
                    break;
                Assert.InRange(room.Length, Math.Min(wanted, 4096), wanted);
                var used = random.Next(room.Length + 1);
                random.NextBytes(room[..used]);
                written.Write(room[..used]);
                frames.Advance(used);
            }
            Assert.True(written.Length > 200 * 1024, $"The limit came too early (seed {seed}).");
            Assert.True(written.ToArray().AsSpan().SequenceEqual(Plaintext(frames.Take())), $"Other bytes (seed {seed}).");
            Assert.True(frames.IsEmpty);
        }
    }

    [Fact]
    public void Room_that_is_not_used_makes_no_frame()
    {
        var frames = new OutgoingFrames(256 * 1024);
        frames.GetRoom(1, 100);
        frames.Advance(0);
        Assert.True(frames.IsEmpty);
        Assert.Equal(0, frames.Take().Length);

        frames.GetRoom(1, NoiseTransport.MaxPlaintext);
        frames.Advance(NoiseTransport.MaxPlaintext);
        frames.GetRoom(1, 100);
        frames.Advance(0);
        var taken = frames.Take();
        Assert.Equal(NoiseTransport.MaxFrame, taken.Length);
        Assert.Equal(NoiseTransport.MaxPlaintext, Plaintext(taken).Length);
    }

    [Fact]
    public void Small_writes_share_a_frame()
    {
        var frames = new OutgoingFrames(256 * 1024);
        for (var i = 0; i < 100; i++)
        {
            frames.GetRoom(10, 10).Fill((byte)i);
            frames.Advance(10);
        }
        Assert.Equal(1000 + NoiseTransport.Overhead, frames.Take().Length);
    }
}
