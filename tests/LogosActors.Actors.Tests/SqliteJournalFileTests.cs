using System.Diagnostics;
using LogosActors.Actors.Persistence;
using LogosActors.Tests;
using Microsoft.Data.Sqlite;

namespace LogosActors.Actors.Tests;

public sealed class SqliteJournalFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    string Path => _folder["node.db"];

    [Fact]
    public void A_new_file_is_in_WAL_mode_and_is_synchronized_fully()
    {
        using var file = SqliteJournalFile.Open(Path);
        Assert.Equal("wal", Query("PRAGMA journal_mode"));
        Assert.Equal("2", Query("PRAGMA synchronous"));
    }

    [Fact]
    public void A_file_is_for_its_owners_eyes_only()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var file = SqliteJournalFile.Open(Path);
        using var connection = new SqliteConnection(SqliteJournalFile.ConnectionStringOf(Path));
        connection.Open();
        using var create = new SqliteCommand("CREATE TABLE written (at INTEGER)", connection);
        create.ExecuteNonQuery();
        var files = Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["node.db", "node.db-shm", "node.db-wal", "node.db.lock"], files.Select(System.IO.Path.GetFileName));
        foreach (var path in files)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_file_is_opened_again_after_it_was_closed()
    {
        SqliteJournalFile.Open(Path).Dispose();
        SqliteJournalFile.Open(Path).Dispose();
    }

    [Fact]
    public void A_second_owner_in_the_same_process_is_refused()
    {
        using var file = SqliteJournalFile.Open(Path);
        var error = Assert.Throws<JournalFileException>(() => SqliteJournalFile.Open(Path));
        Assert.Contains("in use", error.Message, StringComparison.Ordinal);
        Assert.Contains(Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_is_refused()
    {
        using (var holder = Process.Start(new ProcessStartInfo("flock", [Path + ".lock", "sh", "-c", "echo held; read _"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!)
        {
            Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());
            Assert.Throws<JournalFileException>(() => SqliteJournalFile.Open(Path));
            Assert.False(File.Exists(Path));
            holder.StandardInput.Close();
            await holder.WaitForExitAsync();
        }
        SqliteJournalFile.Open(Path).Dispose();
    }

    [Fact]
    public void A_file_of_version_0_1_is_refused_with_what_to_do_and_left_as_it_is()
    {
        Write("CREATE TABLE journal (ordering INTEGER); CREATE TABLE snapshot (persistence_id TEXT); PRAGMA user_version = 1");
        var before = File.ReadAllBytes(Path);
        var error = Assert.Throws<JournalFileException>(() => SqliteJournalFile.Open(Path));
        Assert.Contains("version 0.1", error.Message, StringComparison.Ordinal);
        Assert.Contains("move it away", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path));
        File.Delete(Path);
        SqliteJournalFile.Open(Path).Dispose();
    }

    [Fact]
    public void A_file_of_a_newer_version_is_refused()
    {
        Write("PRAGMA user_version = 3");
        var error = Assert.Throws<JournalFileException>(() => SqliteJournalFile.Open(Path));
        Assert.Contains("format 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_a_database_is_refused()
    {
        File.WriteAllText(Path, new string('x', 10_000));
        var error = Assert.Throws<JournalFileException>(() => SqliteJournalFile.Open(Path));
        Assert.Contains(Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_where_nothing_can_be_written_is_refused()
    {
        File.WriteAllText(_folder["file"], "");
        Assert.Throws<JournalFileException>(() => SqliteJournalFile.Open(_folder["file/node.db"]));
        Directory.CreateDirectory(Path);
        Assert.Throws<JournalFileException>(() => SqliteJournalFile.Open(Path));
    }

    public void Dispose() => _folder.Dispose();

    string Query(string statement)
    {
        using var connection = new SqliteConnection(SqliteJournalFile.ConnectionStringOf(Path));
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this file
        command.CommandText = statement;
#pragma warning restore CA2100
        return $"{command.ExecuteScalar()}";
    }

    void Write(string statements)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this file
        command.CommandText = statements;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
