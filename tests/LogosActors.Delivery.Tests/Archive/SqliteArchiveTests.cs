using LogosActors.Delivery.Archive;
using SQLitePCL;
using Xunit.Abstractions;
using static LogosActors.Delivery.Tests.Archive.ArchiveSamples;

namespace LogosActors.Delivery.Tests.Archive;

public sealed class SqliteArchiveTests(ITestOutputHelper output) : MessageArchiveTests(output)
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-archive-").FullName;
    string? _fault;

    // So few hashes in memory that most tests move some to the table.
    SqliteArchiveOptions Options => new()
    {
        Path = Path.Combine(_directory, "sub", "archive.db"),
        BusyTimeout = TimeSpan.FromMilliseconds(200),
        MaxPendingHashes = 20,
        Fault = () => _fault,
    };

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("PRAGMA query_only = 1", ArchiveFailure.ReadOnly)]
    [InlineData("PRAGMA max_page_count = 1", ArchiveFailure.Full)]
    public async Task A_file_that_takes_no_more_says_so_until_the_cause_is_gone(string fault, ArchiveFailure failure)
    {
        await Archive.AppendAsync(Series(1));
        await Archive.DisposeAsync();
        _fault = fault;
        Renew();

        var error = await Assert.ThrowsAsync<ArchiveException>(() => Archive.AppendAsync([.. Series(3), Message(Noon, payload: new string('x', 100_000))]));
        Assert.Equal(failure, error.Failure);
        Assert.Contains(Options.Path, error.Message, StringComparison.Ordinal);

        _fault = null;
        Assert.Equal(2, await Archive.AppendAsync(Series(3)));
        Assert.Equal(Series(3), await Archive.AllAsync());
    }

    [Fact]
    public async Task What_is_kept_can_be_read_while_nothing_can_be_written()
    {
        await Archive.AppendAsync(Series(1));
        _fault = "PRAGMA query_only = 1";
        using (var other = OpenFile())
        {
            other.Execute("BEGIN IMMEDIATE");
            await Assert.ThrowsAsync<ArchiveException>(() => Archive.AppendAsync(Series(2)));
            Assert.Single(await Archive.AllAsync());
        }

        await Assert.ThrowsAsync<ArchiveException>(() => Archive.AppendAsync(Series(2)));
        Assert.Single(await Archive.AllAsync());
    }

    [Fact]
    public async Task A_file_that_another_program_has_locked_is_a_failure_that_passes()
    {
        await Archive.AppendAsync(Series(1));
        using var other = OpenFile();
        other.Execute("BEGIN IMMEDIATE");

        var error = await Assert.ThrowsAsync<ArchiveException>(() => Archive.AppendAsync(Series(2)));
        Assert.Equal(ArchiveFailure.Locked, error.Failure);
        Assert.Single(await Archive.AllAsync());

        other.Execute("COMMIT");
        Assert.Equal(1, await Archive.AppendAsync(Series(2)));
    }

    [Fact]
    public async Task A_file_belongs_to_one_archive_at_a_time()
    {
        await using var second = Open();

        var error = await Assert.ThrowsAsync<ArchiveException>(() => second.InitializeAsync());
        Assert.Equal(ArchiveFailure.Locked, error.Failure);

        await Archive.DisposeAsync();
        await second.InitializeAsync();
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_unreachable()
    {
        var file = Path.Combine(_directory, "file");
        await File.WriteAllTextAsync(file, "");
        await using var archive = new SqliteArchive(Options with { Path = Path.Combine(file, "archive.db") });

        var error = await Assert.ThrowsAsync<ArchiveException>(() => archive.InitializeAsync());

        Assert.Equal(ArchiveFailure.Unreachable, error.Failure);
    }

    [Fact]
    public async Task A_file_that_is_no_archive_is_refused_and_left_as_it_is()
    {
        var text = Path.Combine(_directory, "text.db");
        await File.WriteAllTextAsync(text, new string('x', 5000));
        await using var overText = new SqliteArchive(Options with { Path = text });
        Assert.Equal(ArchiveFailure.Damaged, (await Assert.ThrowsAsync<ArchiveException>(() => overText.InitializeAsync())).Failure);

        var other = Options with { Path = Path.Combine(_directory, "other.db") };
        using (var file = OpenFile(other.Path, raw.SQLITE_OPEN_CREATE))
            file.Execute("CREATE TABLE something (x)");
        var before = await File.ReadAllBytesAsync(other.Path);
        await using var overOther = new SqliteArchive(other);
        Assert.Equal(ArchiveFailure.Damaged, (await Assert.ThrowsAsync<ArchiveException>(() => overOther.InitializeAsync())).Failure);
        Assert.Equal(before, await File.ReadAllBytesAsync(other.Path));
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await Archive.AppendAsync(Series(1));
        using (var file = OpenFile())
            file.Execute("PRAGMA user_version = 99");

        var error = await Assert.ThrowsAsync<ArchiveException>(() => Archive.AppendAsync(Series(2)));
        Assert.Equal(ArchiveFailure.Newer, error.Failure);
        await Archive.DisposeAsync();
        await using var next = Open();
        Assert.Equal(ArchiveFailure.Newer, (await Assert.ThrowsAsync<ArchiveException>(() => next.InitializeAsync())).Failure);

        using (var file = OpenFile())
            Assert.Equal(1, file.QueryNumber("SELECT count(*) FROM messages"));
    }

    [Fact]
    public async Task A_file_of_the_first_version_is_migrated_with_its_messages()
    {
        var messages = Series(5);
        await Archive.AppendAsync(messages);
        await Archive.DisposeAsync();
        using (var file = OpenFile())
            file.Execute("DROP TABLE totals; PRAGMA user_version = 1");

        await ReopenAsync();

        Assert.Equal(messages, await Archive.AllAsync());
        await Archive.RetainAsync(new RetentionPolicy { MaxCount = 3 }, Noon);
        Assert.Equal(messages[2..], await Archive.AllAsync());
        using var migrated = OpenFile();
        Assert.Equal(SqliteArchiveSchema.Version, migrated.QueryNumber("PRAGMA user_version"));
        Assert.Equal(3, migrated.QueryNumber("SELECT messages FROM totals"));
    }

    [Fact]
    public async Task Topics_that_no_message_has_any_more_are_forgotten()
    {
        await Archive.AppendAsync([.. Enumerable.Range(0, 1200).Select(i => Message(Noon + i, $"/app/1/{i}/proto"))]);

        await Archive.RetainAsync(new RetentionPolicy { MaxCount = 10 }, Noon);

        using var file = OpenFile();
        Assert.Equal(10, file.QueryNumber("SELECT count(*) FROM topics"));
    }

    [Fact]
    public async Task The_index_by_hash_holds_every_message_once_it_was_moved_from_memory()
    {
        var messages = Series(500);
        foreach (var batch in messages.Chunk(7))
            await Archive.AppendAsync(batch);

        using (var file = OpenFile())
            Assert.InRange(file.QueryNumber("SELECT count(*) FROM hashes"), 460, 490);
        foreach (var reopen in (bool[])[false, true])
        {
            if (reopen)
                await ReopenAsync();
            foreach (var asked in messages.Hashes().Chunk(100))
                Assert.Equal(asked, (await Archive.QueryAsync(new ArchiveQuery { Hashes = asked, IncludesData = false })).Hashes());
        }
    }

    [Fact]
    public async Task No_query_reads_more_of_the_file_than_its_page()
    {
        await Archive.AppendAsync(Series(1));
        using var file = OpenFile();

        foreach (var (isPubsub, isForward) in ((bool, bool)[])[(false, false), (false, true), (true, false), (true, true)])
        {
            var plan = file.Prepare($"EXPLAIN QUERY PLAN {SqliteMessageStream.Sql(isPubsub, isForward)}");
            Assert.True(plan.Step());
            Assert.Contains(isPubsub ? "messages_by_time (pubsub=? AND (time,key)>" : "messages_by_topic (topic=? AND (time,key)>", plan.Text(3), StringComparison.Ordinal);
            Assert.Contains("AND (time,key)<", plan.Text(3), StringComparison.Ordinal);
            Assert.True(plan.Step());
            Assert.Contains(" OF ORDER BY", plan.Text(3), StringComparison.Ordinal);
        }
    }

    protected override IMessageArchive Open() => new SqliteArchive(Options);

    SqliteSession OpenFile(string? path = null, int flags = 0) =>
        SqliteSession.Open(path ?? Options.Path, raw.SQLITE_OPEN_READWRITE | flags, TimeSpan.FromSeconds(30));
}
