using System.Buffers.Binary;
using Google.Protobuf.WellKnownTypes;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using SQLitePCL;

namespace LogosActors.Actors.Tests.Persistence;

public sealed class SqliteJournalTests : JournalContract
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-journal-").FullName;
    string? _fault;

    SqliteJournalOptions Options => new()
    {
        Path = Path.Combine(_directory, "sub", "journal.db"),
        BusyTimeout = TimeSpan.FromMilliseconds(200),
        Fault = ReadFault,
    };

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_journal_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Options.Path)!);
        using (var file = OpenFile())
            file.Execute("PRAGMA user_version = 2");
        var before = await File.ReadAllBytesAsync(Options.Path);

        var error = await Assert.ThrowsAsync<NewerJournalException>(() => WriteAsync("a", 1, "x"));
        await Assert.ThrowsAsync<NewerJournalException>(() => ReadAllAsync("a").AsTask());

        Assert.Contains(Options.Path, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Options.Path));
    }

    [Fact]
    public async Task A_newer_program_that_takes_the_file_over_ends_our_writing()
    {
        await WriteAsync("a", 1, "x");
        using (var file = OpenFile())
            file.Execute("PRAGMA user_version = 2");

        await Assert.ThrowsAsync<NewerJournalException>(() => WriteAsync("a", 2, "y"));

        using (var file = OpenFile())
            file.Execute("PRAGMA user_version = 1");
        await WriteAsync("a", 2, "y");
    }

    [Theory]
    [InlineData("PRAGMA query_only = 1", "read-only")]
    [InlineData("PRAGMA max_page_count = 1", "full")]
    public async Task A_file_that_takes_no_more_is_a_clear_error_until_the_cause_is_gone(string fault, string words)
    {
        await WriteAsync("a", 1, "kept");
        await Journal.DisposeAsync();
        _fault = fault;
        await using var journal = new SqliteJournal(Options);
        var write = new JournalWrite("a", Writer, 2, [new SerializedEvent(2, "large", new byte[100_000])]);

        var error = await Assert.ThrowsAsync<JournalException>(() => journal.WriteAsync(write).AsTask());
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains(Options.Path, error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await journal.ReadHighestSequenceNrAsync("a", None));

        _fault = null;
        await journal.WriteAsync(write);
        Assert.Equal(2, await journal.ReadHighestSequenceNrAsync("a", None));
    }

    [Fact]
    public async Task A_disk_that_runs_full_under_many_writers_keeps_what_it_acknowledged_and_takes_the_rest_later()
    {
        await WriteAsync("first", 1, "x");
        await Journal.DisposeAsync();
        using (var file = OpenFile())
            _fault = $"PRAGMA max_page_count = {file.QueryNumber("PRAGMA page_count") + 100}";
        await using var journal = new SqliteJournal(Options with { MaxBatchEvents = 10 });
        var writes = Enumerable.Range(0, 500)
            .Select(i => new JournalWrite($"actor-{i}", Writer, 1, [new SerializedEvent(2, "test.Text", new byte[2000])])).ToList();

        var errors = await Task.WhenAll(writes.Select(write => Record.ExceptionAsync(() => journal.WriteAsync(write).AsTask())));

        var refused = writes.Where((_, i) => errors[i] is not null).ToList();
        Assert.InRange(refused.Count, 1, writes.Count - 1);
        Assert.All(
            errors.OfType<Exception>(),
            error => Assert.Contains("is full", Assert.IsType<JournalException>(error).Message, StringComparison.Ordinal));
        foreach (var write in writes)
            Assert.Equal(refused.Contains(write) ? 0 : 1, await journal.ReadHighestSequenceNrAsync(write.PersistenceId, None));

        _fault = null;
        // The limit is the connection's: one that still has it is given up when it fails on something large.
        await Record.ExceptionAsync(
            () => journal.WriteAsync(new JournalWrite("large", Writer, 1, [new SerializedEvent(2, "test.Text", new byte[1_000_000])])).AsTask());
        await Task.WhenAll(refused.Select(write => journal.WriteAsync(write).AsTask()));
        foreach (var write in writes)
            Assert.Equal(1, await journal.ReadHighestSequenceNrAsync(write.PersistenceId, None));
    }

    [Fact]
    public async Task A_file_that_is_locked_when_it_is_first_used_is_a_clear_error_until_the_lock_is_gone()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Options.Path)!);
        using var file = OpenFile();
        file.Execute("BEGIN EXCLUSIVE; CREATE TABLE other (x)");

        var error = await Assert.ThrowsAsync<JournalException>(() => WriteAsync("a", 1, "x"));
        Assert.Contains("locked by another process (waited 0.2 s)", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JournalException>(() => ReadAllAsync("a").AsTask());

        file.Execute("ROLLBACK");
        await WriteAsync("a", 1, "x");
        Assert.Equal(["x"], await TextsAsync("a"));
    }

    [Fact]
    public async Task A_locked_file_is_a_clear_error_until_the_lock_is_gone()
    {
        await WriteAsync("a", 1, "x");
        using var file = OpenFile();
        file.Execute("BEGIN IMMEDIATE");

        var error = await Assert.ThrowsAsync<JournalException>(() => WriteAsync("a", 2, "y"));
        Assert.Contains("locked", error.Message, StringComparison.Ordinal);
        Assert.Equal(["x"], await TextsAsync("a"));

        file.Execute("ROLLBACK");
        await WriteAsync("a", 2, "y");
        Assert.Equal(["x", "y"], await TextsAsync("a"));
    }

    [Fact]
    public async Task Writes_of_many_actors_that_wait_together_share_a_transaction()
    {
        const int Actors = 1000;
        await using var journal = new SqliteJournal(Options with { BusyTimeout = TimeSpan.FromMinutes(1) });
        await journal.OpenAsync(None);
        var before = CommitsInLog();
        using var file = OpenFile();
        file.Execute("BEGIN IMMEDIATE");
        var writes = Enumerable.Range(0, Actors)
            .Select(i => journal.WriteAsync(new JournalWrite($"actor-{i}", Writer, 1, [Event("x")])).AsTask()).ToArray();
        file.Execute("ROLLBACK");
        await Task.WhenAll(writes);
        Assert.InRange(CommitsInLog() - before, 1, Actors / 100);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_a_clear_error_until_it_is_moved_away()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Options.Path)!);
        await File.WriteAllTextAsync(Options.Path, new string('x', 5000));

        var error = await Assert.ThrowsAsync<JournalException>(() => WriteAsync("a", 1, "x"));
        Assert.Contains("no SQLite file", error.Message, StringComparison.Ordinal);

        File.Delete(Options.Path);
        await WriteAsync("a", 1, "x");
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_a_clear_error()
    {
        var file = Path.Combine(_directory, "file");
        await File.WriteAllTextAsync(file, "");
        await using var journal = new SqliteJournal(new SqliteJournalOptions { Path = Path.Combine(file, "journal.db") });

        var error = await Assert.ThrowsAsync<JournalException>(() => journal.OpenAsync(None).AsTask());

        Assert.Contains("directory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_corrupt_event_is_found_when_it_is_read_and_harms_no_other_actor()
    {
        var events = EventSerialization.CreateBuilder().Add(StringValue.Parser).Build();
        foreach (var id in (string[])["a", "b", "c"])
            await Journal.WriteAsync(new JournalWrite(id, Writer, 1, [events.Serialize(new StringValue { Value = "hello" })]));
        using (var file = OpenFile())
        {
            file.Execute("UPDATE journal SET message = X'FFFFFF' WHERE persistence_id = 'a'");
            file.Execute("UPDATE journal SET identifier = NULL WHERE persistence_id = 'b'");
        }

        var corrupt = Assert.Single(await ReadAllAsync("a"));
        Assert.Throws<UnreadableEventException>(() => events.Deserialize(corrupt.Event));
        await Assert.ThrowsAsync<UnreadableEventException>(() => ReadAllAsync("b").AsTask());
        var intact = Assert.Single(await ReadAllAsync("c"));
        Assert.Equal("hello", Assert.IsType<StringValue>(events.Deserialize(intact.Event)).Value);
    }

    [Fact]
    public async Task The_tables_are_those_of_Akka_Persistence_Sql()
    {
        await using var snapshots = new SqliteSnapshotStore(Options);
        await WriteAsync("a", 1, "x");
        using var file = OpenFile();

        Assert.Equal(
            "ordering INTEGER, created BigInt, deleted Bit, persistence_id NVarChar(255), sequence_number BigInt, "
            + "message VarBinary, manifest NVarChar(500), identifier INTEGER, writer_uuid NVarChar(128)",
            Columns(file, "journal"));
        Assert.Equal(
            "ordering_id INTEGER, tag NVarChar(64), sequence_nr INTEGER, persistence_id NVarChar(255)", Columns(file, "tags"));
        Assert.Equal(
            "persistence_id NVarChar(255), sequence_number BigInt, created BigInt, snapshot VarBinary, "
            + "manifest NVarChar(500), serializer_id INTEGER",
            Columns(file, "snapshot"));
        Assert.Equal(1, file.QueryNumber("SELECT deleted = 0 AND ordering = 1 AND length(writer_uuid) = 32 FROM journal"));
    }

    [Fact]
    public async Task A_file_that_Akka_made_is_continued()
    {
        await WriteAsync("a", 1, "written by Akka");
        await Journal.DisposeAsync();
        using (var file = OpenFile())
            file.Execute("PRAGMA user_version = 0");

        await using var journal = new SqliteJournal(Options);
        await journal.WriteAsync(new JournalWrite("a", Writer, 2, [Event("written by us")]));

        Assert.Equal(2, await journal.ReadHighestSequenceNrAsync("a", None));
    }

    [Fact]
    public async Task Every_write_is_forced_to_the_disk()
    {
        await WriteAsync("a", 1, "x");
        using var writer = SqliteSchema.OpenWriter(Options);

        Assert.Equal(2, writer.QueryNumber("PRAGMA synchronous"));
        Assert.True(File.Exists(Options.Path + "-wal"));
    }

    [Fact]
    public async Task A_snapshot_store_goes_on_when_the_journal_of_its_file_closes()
    {
        await using var snapshots = new SqliteSnapshotStore(Options);
        await WriteAsync("a", 1, "x");
        await Journal.DisposeAsync();

        await snapshots.SaveAsync("a", new StoredSnapshot(1, DateTimeOffset.UnixEpoch, Event("state")), None);

        Assert.NotNull(await snapshots.LoadAsync("a", 1, None));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => WriteAsync("a", 2, "y"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_001)]
    public void An_option_out_of_range_names_itself(int events)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new SqliteJournal(Options with { MaxBatchEvents = events }));
        Assert.Contains("SqliteJournalOptions.MaxBatchEvents", error.Message, StringComparison.Ordinal);
    }

    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(new SqliteJournal(Options));

    // Other options: a writer of its own, as in another process.
    protected override Task<IJournal> OpenSecondAsync()
        => Task.FromResult<IJournal>(new SqliteJournal(Options with { MaxPendingWrites = 77, BusyTimeout = TimeSpan.FromSeconds(10) }));

    string? ReadFault() => _fault;

    /// <summary>How many transactions stand in the write-ahead log: frames that end one say how large the database is then.</summary>
    int CommitsInLog()
    {
        // https://sqlite.org/fileformat2.html#the_write_ahead_log
        const int HeaderLength = 32;
        const int FrameHeaderLength = 24;
        using var file = new FileStream(Options.Path + "-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var log = new byte[file.Length];
        file.ReadExactly(log);
        var frameLength = FrameHeaderLength + BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(8));
        var commits = 0;
        for (var frame = HeaderLength; frame + frameLength <= log.Length; frame += frameLength)
            commits += BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(frame + 4)) > 0 ? 1 : 0;
        return commits;
    }

    SqliteSession OpenFile()
        => SqliteSession.Open(Options.Path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, TimeSpan.FromSeconds(5));

    static string Columns(SqliteSession file, string table)
    {
        using var info = file.Prepare($"SELECT name || ' ' || type FROM pragma_table_info('{table}') ORDER BY cid");
        var columns = new List<string>();
        while (info.Step())
            columns.Add(System.Text.Encoding.UTF8.GetString(info.Bytes(0)));
        return string.Join(", ", columns);
    }
}

public sealed class SqliteSnapshotStoreTests : SnapshotStoreContract
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-snapshots-").FullName;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    protected override Task<ISnapshotStore> OpenAsync()
        => Task.FromResult<ISnapshotStore>(
            new SqliteSnapshotStore(new SqliteJournalOptions { Path = Path.Combine(_directory, "journal.db") }));
}
