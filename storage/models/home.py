"""Who looks at their home tab, so that it is kept current while they do."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Onlooker(SQLModel, table=True):
    """Somebody who opened their home tab. `shown` is a digest of what it showed last."""

    user_id: str = Field(primary_key=True)
    looked_at: datetime = Field(index=True)
    shown: str = ""
