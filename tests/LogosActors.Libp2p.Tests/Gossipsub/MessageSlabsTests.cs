using System.Runtime.InteropServices;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class MessageSlabsTests
{
    const int MessageSize = 1100;

    readonly MessageSlabs _slabs = new();

    [Fact]
    public void No_two_messages_have_a_byte_in_common()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var taken = new List<Memory<byte>>();
        for (var i = 0; i < 2000; i++)
        {
            taken.Add(_slabs.Take(random.Next(1, 3000)));
            taken[i].Span.Fill((byte)i);
            if (random.Next(100) == 0)
                _slabs.Heartbeat();
        }

        for (var i = 0; i < taken.Count; i++)
            Assert.False(taken[i].Span.ContainsAnyExcept((byte)i), $"message {i}, seed {seed}");
    }

    [Fact]
    public void Many_messages_lie_in_few_arrays_that_no_collection_copies()
    {
        Take(1000);

        var arrays = Take(1000).Distinct().ToList();

        Assert.InRange(arrays.Count, 1, 10);
        Assert.All(arrays, array => Assert.Equal(GC.MaxGeneration, GC.GetGeneration(array)));
    }

    [Fact]
    public void A_message_that_comes_alone_holds_no_more_than_itself()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(MessageSize, Assert.Single(Take(1)).Length);
            _slabs.Heartbeat();
        }
    }

    [Fact]
    public void A_large_message_has_an_array_of_its_own()
    {
        Take(1000);

        Assert.Equal(MessageSlabs.MostSize, ArrayOf(_slabs.Take(MessageSlabs.MostSize)).Length);
    }

    [Fact]
    public void Arrays_get_smaller_again_when_few_messages_come()
    {
        Take(1000);
        Assert.Equal(MessageSlabs.MostSize, _slabs.Size);

        for (var i = 0; i < 10; i++)
            _slabs.Heartbeat();

        Assert.Equal(MessageSlabs.LeastSize, _slabs.Size);
        Assert.Equal(MessageSize, Assert.Single(Take(1)).Length);
    }

    List<byte[]> Take(int count) => [.. Enumerable.Range(0, count).Select(_ => ArrayOf(_slabs.Take(MessageSize)))];

    static byte[] ArrayOf(Memory<byte> memory) => MemoryMarshal.TryGetArray<byte>(memory, out var segment) ? segment.Array! : throw new InvalidOperationException("no array");
}
