using System.Text;
using SQLitePCL;

namespace LogosActors.Delivery.Archive;

/// <summary>A prepared statement. Bind, step, reset.</summary>
sealed class SqliteStatement(SqliteSession session, sqlite3_stmt handle) : IDisposable
{
    // Enough for nearly all topics.
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

    public long Number(int column) => raw.sqlite3_column_int64(handle, column);

    // Not by sqlite3_column_text: the string that it gives ends at the first zero.
    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public void Dispose() => handle.Dispose();
}
