from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    DateTimeField,
    DecimalField,
    FieldList,
    FloatField,
    Form,
    FormField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
    ValidationError,
    validators,
)
from wtforms.fields import EmailField, HiddenField, URLField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional, Regexp


class Login(Form):
    name = StringField("Name", [DataRequired(), Length(max=40)])
    password = PasswordField("Password", validators=[DataRequired()])
    again = PasswordField("Again", [validators.EqualTo("password"), validators.Length(max=100)])
    remember = BooleanField("Remember")
    submit = SubmitField()


class Everything(Form):
    a = StringField()
    b = StringField(validators=[Length(min=3)])
    c = StringField(validators=[Length(3, 9)])
    d = StringField(validators=[AnyOf(["a", "b"])])
    e = StringField(validators=[Regexp(r"^\d{4}$")])
    f = TextAreaField(validators=[Optional()])
    g = IntegerField(validators=[NumberRange(max=9)])
    h = IntegerField(validators=[NumberRange(min=9), InputRequired()])
    i = FloatField()
    j = DecimalField(validators=[NumberRange(0, 5)])
    k = DateField()
    m = DateTimeField()
    n = SelectField(choices=["a"])
    o = RadioField(choices=["a"])
    p = SelectMultipleField(choices=["a"])
    q = EmailField(validators=[Length(max=120)])
    r = URLField()
    s = HiddenField()


class Upload(FlaskForm):
    letter = FileField("Letter", validators=[FileRequired()])
    note = StringField("Note", validators=[Length(max=10)])


class Base(Form):
    a = StringField(validators=[DataRequired()])
    b = StringField()


class Child(Base):
    b = StringField(validators=[InputRequired(), Length(max=4)])
    c = IntegerField()


class Removed(Child):
    a = None


class Address(Form):
    street = StringField(validators=[Length(max=100)])


class Person(Form):
    address = FormField(Address)
    more = FieldList(FormField(Address), max_entries=4)
    names = FieldList(StringField(validators=[Length(max=9)]), min_entries=1)
    short = FieldList(StringField(validators=[Length(max=9)]), max_entries=2)


class Checked(Form):
    name = StringField()
    other = StringField()

    def validate_name(self, field):
        if len(field.data) > 10:
            raise ValidationError("too long")

    def validate_other(self, field):
        field.data.strip()
