using System.Globalization;
using Microsoft.Data.Sqlite;

namespace LogosActors.Actors.Persistence;

/// <summary>The file of a journal on SQLite: prepared, and held by one process.</summary>
public sealed class SqliteJournalFile : IDisposable
{
    /// <summary>How long a statement waits for a lock that another process has on the file.</summary>
    static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The format of our files, kept in <c>PRAGMA user_version</c>: the tables of Akka.Persistence.Sql with our events.</summary>
    const long Format = 2;

    readonly string _path;
    readonly FileStream _lock;

    SqliteJournalFile(string path, FileStream file) => (_path, _lock) = (path, file);

    /// <summary>Prepares a file, for its owner's eyes only, and takes it for this process.</summary>
    /// <exception cref="JournalFileException">Another process has it, it cannot be used, or it is of another format.</exception>
    public static SqliteJournalFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = Lock(path);
        try
        {
            if (!File.Exists(path))
                using (PrivateFiles.Open(path, FileMode.OpenOrCreate, FileShare.ReadWrite))
                {
                }
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder(ConnectionStringOf(path)) { Pooling = false }.ToString());
            connection.Open();
            var format = FormatOf(path, connection);
            // WAL stays with the file; FULL, SQLite's default, means that what was acknowledged survives a power cut.
            if (!string.Equals(Ask(connection, "PRAGMA journal_mode = WAL"), "wal", StringComparison.OrdinalIgnoreCase))
                throw new JournalFileException($"The journal '{path}' cannot be written to in WAL mode; its file system may not support it.");
            if (format == 0)
                Ask(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Format}"));
            return new SqliteJournalFile(path, file);
        }
        catch (Exception e) when (e is SqliteException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw new JournalFileException($"The journal '{path}' cannot be used: {e.Message}", e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The one string by which connections to a file are pooled.</summary>
    public static string ConnectionStringOf(string path) => new SqliteConnectionStringBuilder
    {
        DataSource = Path.GetFullPath(path),
        DefaultTimeout = (int)BusyTimeout.TotalSeconds,
    }.ToString();

    /// <summary>Closes the connections that are pooled, and gives the file to others. The actor systems that use it have ended before.</summary>
    public void Dispose()
    {
        using (var pooled = new SqliteConnection(ConnectionStringOf(_path)))
            SqliteConnection.ClearPool(pooled);
        _lock.Dispose();
    }

    static FileStream Lock(string path)
    {
        var name = path + ".lock";
        try
        {
            PrivateFiles.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return PrivateFiles.Open(name, FileMode.OpenOrCreate);
        }
        catch (IOException e) when (File.Exists(name))
        {
            throw new JournalFileException($"The journal '{path}' is in use by another process or node: stop that one, or choose another file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalFileException($"The journal '{path}' cannot be used: {e.Message}", e);
        }
    }

    // 0: a new file, or one that Akka.Persistence.Sql has made; 1: version 0.1, whose tables had the same names and held other bytes.
    static long FormatOf(string path, SqliteConnection connection) => long.Parse(Ask(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture) switch
    {
        1 => throw new JournalFileException($"The journal '{path}' was written by version 0.1, which this version cannot read: move it away, and start with an empty one."),
        > Format and var newer => throw new JournalFileException($"The journal '{path}' has format {newer}, and this version knows {Format}: run the version that wrote it."),
        var known => known,
    };

    static string Ask(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this file
        command.CommandText = statement;
#pragma warning restore CA2100
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) ?? "";
    }
}

/// <summary>The file of a journal cannot be used; the message says why, and what to do.</summary>
public sealed class JournalFileException : IOException
{
    /// <inheritdoc cref="JournalFileException"/>
    public JournalFileException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="JournalFileException"/>
    public JournalFileException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <inheritdoc cref="JournalFileException"/>
    public JournalFileException()
    {
    }
}
