using System.Text;
using SQLitePCL;

namespace LogosActors.Actors.Persistence.Journals;

/// <summary>What SQLite answered when it did not do what was asked.</summary>
sealed class SqliteFailure(int code, string detail) : Exception(detail)
{
    /// <summary>The extended result code (https://sqlite.org/rescode.html).</summary>
    public int Code { get; } = code;

    /// <summary>The primary result code.</summary>
    public int PrimaryCode => Code & 0xff;
}

/// <summary>One connection to a SQLite file, used by one thread at a time.</summary>
/// <remarks>
/// Calls SQLite's C interface without ADO.NET between: at one event per write the command and parameter objects would
/// cost more than the insert.
/// </remarks>
sealed class SqliteSession : IDisposable
{
    // Pages of 4 KiB in the log before they are moved to the database: 32 MiB. The default of 1,000 would move the same
    // index pages several times a second.
    const int CheckpointPages = 8_000;

    readonly sqlite3 _db;
    readonly List<SqliteStatement> _statements = [];

    SqliteSession(sqlite3 db) => _db = db;

    public static SqliteSession Open(string path, int flags, TimeSpan busyTimeout)
    {
        SqliteNative.EnsureLoaded();
        // NOMUTEX: the owner serialises; SQLite's own lock per call would be paid for nothing.
        var code = raw.sqlite3_open_v2(path, out var db, flags | raw.SQLITE_OPEN_NOMUTEX, vfs: null);
        if (code != raw.SQLITE_OK)
        {
            var failure = db is { IsInvalid: false }
                ? new SqliteFailure(raw.sqlite3_extended_errcode(db), raw.sqlite3_errmsg(db).utf8_to_string())
                : new SqliteFailure(code, raw.sqlite3_errstr(code).utf8_to_string());
            db?.Dispose();
            throw failure;
        }

        raw.sqlite3_extended_result_codes(db, 1);
        raw.sqlite3_busy_timeout(db, (int)busyTimeout.TotalMilliseconds);
        return new SqliteSession(db);
    }

    /// <summary>Opens the connection that writes a file, which is made with its directory when it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="busyTimeout">How long to wait for another process's lock.</param>
    /// <param name="prepare">Makes the connection and its tables ready; when it throws, the connection is closed.</param>
    public static SqliteSession OpenWriter(string path, TimeSpan busyTimeout, Action<SqliteSession> prepare)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var session = Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, busyTimeout);
        try
        {
            prepare(session);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection that only reads a file that the writer has prepared.</summary>
    /// <param name="path">The file.</param>
    /// <param name="busyTimeout">How long to wait for another process's lock.</param>
    /// <param name="cacheKibibytes">How much of the file is kept in memory.</param>
    public static SqliteSession OpenReader(string path, TimeSpan busyTimeout, int cacheKibibytes)
    {
        // Not SQLITE_OPEN_READONLY: the last connection to close would then leave the log behind.
        var session = Open(path, raw.SQLITE_OPEN_READWRITE, busyTimeout);
        session.Execute($"PRAGMA query_only=1; PRAGMA cache_size=-{cacheKibibytes}; PRAGMA temp_store=MEMORY");
        return session;
    }

    /// <summary>Has the file written by way of a log, so that readers and the writer do not wait for each other.</summary>
    /// <param name="survivesPowerCut">Whether what is committed survives a power cut, too.</param>
    /// <param name="cacheKibibytes">How much of the file is kept in memory.</param>
    public void UseLog(bool survivesPowerCut, int cacheKibibytes) =>
        Execute($"PRAGMA journal_mode=WAL; PRAGMA synchronous={(survivesPowerCut ? "FULL" : "NORMAL")}; PRAGMA wal_autocheckpoint={CheckpointPages}; "
            + $"PRAGMA cache_size=-{cacheKibibytes}; PRAGMA temp_store=MEMORY");

    /// <summary>Prepares a statement that lives as long as the session.</summary>
    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_db, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
        var statement = new SqliteStatement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_db, sql));

    public long QueryNumber(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_db, sql, out var handle));
        using (handle)
        {
            var code = raw.sqlite3_step(handle);
            return code == raw.SQLITE_ROW ? raw.sqlite3_column_int64(handle, 0) : throw Failure(code);
        }
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw Failure(code);
    }

    public SqliteFailure Failure(int code) => new(code, raw.sqlite3_errmsg(_db).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        _db.Dispose();
    }
}

/// <summary>A prepared statement. Bind, step, reset.</summary>
sealed class SqliteStatement(SqliteSession session, sqlite3_stmt handle) : IDisposable
{
    // 255 characters of a persistence id, 500 of a manifest: at most 4 bytes each.
    const int StackBytes = 512;

    public SqliteStatement Bind(int index, long value)
    {
        session.Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, string value)
    {
        Span<byte> stack = stackalloc byte[StackBytes];
        if (Encoding.UTF8.TryGetBytes(value, stack, out var length))
            session.Check(raw.sqlite3_bind_text(handle, index, stack[..length]));
        else
            session.Check(raw.sqlite3_bind_text(handle, index, Encoding.UTF8.GetBytes(value)));
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        // A null pointer would bind NULL: an empty payload is an empty blob.
        session.Check(value.IsEmpty
            ? raw.sqlite3_bind_zeroblob(handle, index, 0)
            : raw.sqlite3_bind_blob(handle, index, value));
        return this;
    }

    public SqliteStatement BindNull(int index)
    {
        session.Check(raw.sqlite3_bind_null(handle, index));
        return this;
    }

    /// <summary>Moves to the next row; false when there is none.</summary>
    public bool Step() => raw.sqlite3_step(handle) switch
    {
        raw.SQLITE_ROW => true,
        raw.SQLITE_DONE => false,
        var code => throw session.Failure(code),
    };

    /// <summary>Runs to the end and makes the statement ready for its next use.</summary>
    public void Run()
    {
        try
        {
            while (Step())
            {
            }
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Runs and returns the first column of the first row; 0 when it is NULL or there is no row.</summary>
    public long RunForNumber()
    {
        try
        {
            return Step() ? Number(0) : 0;
        }
        finally
        {
            Reset();
        }
    }

    public void Reset() => raw.sqlite3_reset(handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Number(int column) => raw.sqlite3_column_int64(handle, column);

    // Not by sqlite3_column_text: the string that it gives ends at the first zero.
    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public void Dispose() => handle.Dispose();
}
