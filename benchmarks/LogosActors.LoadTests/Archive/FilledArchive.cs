using System.Diagnostics;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Postgres;
using LogosActors.Tests;

namespace LogosActors.LoadTests.Archive;

/// <summary>An archive with very many messages, that several rows share; filled when the first asks for it, removed at the end of
/// the process.</summary>
/// <remarks>Messages of 200 bytes over eleven days, in eight pubsub topics and a thousand content topics, of which the first has a
/// tenth of them and the last one in ten thousand.</remarks>
internal sealed class FilledArchive
{
    const int Topics = 1_000;
    const int RareEvery = 10_000;
    const int QuickCount = 200_000;
    const int FullCount = 10_000_000;
    const int BatchSize = 5_000;
    const long FirstTime = 1_800_000_000_000_000_000;
    const long Span = 11L * 24 * 3600 * 1_000_000_000;

    public static readonly string[] Frequent = [TopicOf(0)];
    public static readonly string[] Rare = [TopicOf(Topics)];
    public static readonly string[] Ten = [.. Enumerable.Range(0, 9).Select(i => TopicOf(i * 90)), TopicOf(Topics)];

    readonly Func<FilledArchive, Task<IMessageArchive>> _open;
    readonly Func<FilledArchive, IReadOnlyList<ArchivedMessage>, Task> _raw;
    readonly List<MessageHash> _sample = [];
    readonly Random _random = new(1);
    readonly byte[] _payload = new byte[200];
    readonly int _atOnce;
    IMessageArchive? _archive;
    Func<ValueTask> _close = static () => ValueTask.CompletedTask;

    FilledArchive(
        string name, int atOnce, double target,
        Func<FilledArchive, Task<IMessageArchive>> open, Func<FilledArchive, IReadOnlyList<ArchivedMessage>, Task> raw)
    {
        (Name, _atOnce, Target, _open, _raw) = (name, atOnce, target, open, raw);
        _random.NextBytes(_payload);
    }

    public string Name { get; }

    /// <summary>The inserts per second that are wanted.</summary>
    public double Target { get; }

    /// <summary>How many messages there are; 0 before it is filled.</summary>
    public int Count { get; private set; }

    /// <summary>Messages per second while it was filled.</summary>
    public double Rate { get; private set; }

    /// <summary>Rows per second of inserts into a table without any index, in turns with the appends.</summary>
    public double RawRate { get; private set; }

    public static FilledArchive Sqlite()
    {
        RawSqlite? raw = null;
        return new(
            "SQLite", atOnce: 1, target: 50_000,
            filled =>
            {
                var files = new TemporaryDirectory();
                raw = new RawSqlite(files.File("raw.db"));
                var archive = new SqliteArchive(new SqliteArchiveOptions { Path = files.File("archive.db") });
                filled._close = async () =>
                {
                    await archive.DisposeAsync();
                    raw.Dispose();
                    files.Dispose();
                };
                return Task.FromResult<IMessageArchive>(archive);
            },
            (_, batch) => Task.Run(() => raw!.Insert(batch)));
    }

    public static FilledArchive Postgres()
    {
        RawPostgres? raw = null;
        return new(
            "PostgreSQL", atOnce: 2, target: 80_000,
            async filled =>
            {
                var cluster = await PostgresCluster.StartAsync();
                var connection = await cluster.CreateDatabaseAsync();
                raw = await RawPostgres.OpenAsync(connection);
                var archive = new PostgresArchive(new PostgresArchiveOptions { ConnectionString = connection });
                filled._close = async () =>
                {
                    await archive.DisposeAsync();
                    await raw.DisposeAsync();
                    await cluster.DisposeAsync();
                };
                return archive;
            },
            (_, batch) => raw!.InsertAsync(batch));
    }

    /// <summary>The archive, filled.</summary>
    public async Task<IMessageArchive> GetAsync(Budget budget)
    {
        if (_archive is not null)
            return _archive;
        _archive = await _open(this);
#pragma warning disable VSTHRD002 // The process ends.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => _close().AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        await _archive.InitializeAsync();
        await FillAsync(_archive, budget == Budget.Quick ? QuickCount : FullCount);
        return _archive;
    }

    public ArchiveQuery Page(Random random, string[] topics)
    {
        var query = new ArchiveQuery { ContentTopics = topics, Limit = ArchiveQuery.MaxLimit, IsForward = random.Next(2) == 0 };
        return random.Next(2) == 0
            ? query with { Cursor = _sample[random.Next(_sample.Count)] }
            : query with { Start = FirstTime + random.NextInt64(Span), PubsubTopic = PubsubOf(random.Next(8)) };
    }

    public ArchiveQuery Presence(Random random) => new()
    {
        Hashes = [.. Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? _sample[random.Next(_sample.Count)] : RandomHash(random))],
        IncludesData = false,
    };

    async Task FillAsync(IMessageArchive archive, int count)
    {
        var (appending, raw, rawRows) = (TimeSpan.Zero, TimeSpan.Zero, 0);
        for (var done = 0; done < count;)
        {
            var batches = Enumerable.Range(0, _atOnce * 2).Select(i => Batch(done + (i * BatchSize), count)).ToArray();
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(batches.Chunk(2).Select(async own =>
            {
                foreach (var batch in own)
                    await archive.AppendAsync(batch);
            }));
            // The first ones run code that has not been optimised.
            if (done > 0)
                appending += Stopwatch.GetElapsedTime(started);
            done += batches.Length * BatchSize;
            Rate = (done - (batches.Length * BatchSize)) / appending.TotalSeconds;
            if (done % (count / 10) != 0)
                continue;
            started = Stopwatch.GetTimestamp();
            foreach (var batch in batches)
                await _raw(this, batch);
            raw += Stopwatch.GetElapsedTime(started);
            rawRows += batches.Length * BatchSize;
            RawRate = rawRows / raw.TotalSeconds;
        }
        Count = count;
    }

    ArchivedMessage[] Batch(int first, int count)
    {
        var batch = new ArchivedMessage[BatchSize];
        for (var i = 0; i < batch.Length; i++)
        {
            var number = first + i;
            var topic = number % RareEvery == 0 ? Topics : (int)(Topics * Math.Pow(_random.NextDouble(), 3));
            var time = FirstTime + (long)(Span * (number / (double)count));
            var hash = RandomHash(_random);
            batch[i] = new(
                hash, PubsubOf(topic), time, new WakuMessage { ContentTopic = TopicOf(topic), Payload = _payload, Timestamp = time });
            if (number % (count / 20_000) == 0)
                _sample.Add(hash);
        }
        return batch;
    }

    static MessageHash RandomHash(Random random)
    {
        Span<byte> hash = stackalloc byte[MessageHash.Length];
        random.NextBytes(hash);
        return new(hash);
    }

    static string TopicOf(int topic) => $"/load-test/1/topic-{topic}/proto";

    static string PubsubOf(int topic) => $"/waku/2/rs/1/{topic % 8}";
}
